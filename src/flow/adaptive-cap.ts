/**
 * A cap on the rate that exists once the table has turned items away: for what no description tells, as the warm-up of an
 * on-demand table, other writers, quotas, and hot partitions. As a value; units are those of the items' sizes.
 *
 * - Cut: where more than a few of the units of an epoch (a tenth of a second or two round trips) were turned away, the cap
 *   is set a little below the rate that was taken.
 * - Stay: it grows back to that rate slowly (as CUBIC does, RFC 9438), the longer the longer that has been the right one.
 * - Beyond: it grows faster and faster, so that capacity that has come (back) is found within seconds. The first units
 *   that are turned away there cut it again.
 * - Futile: where as much is turned away after two cuts as before, the rate is not the reason, and that much is put up
 *   with for ten seconds.
 */
export interface AdaptiveCap {
  /** Rate that the table took when it last turned items away; undefined: never. */
  readonly takenPerSecond: number | undefined;
  /** When the cap was last cut. */
  readonly cutMs: number;
  /** Since when the rate has been about this one. */
  readonly steady: { readonly sinceMs: number; readonly unitsPerSecond: number };
  readonly epoch: Epoch | undefined;
  /** Units taken since the last cut. */
  readonly takenUnits: number;
  readonly futile: Futile;
  /** Units answered, turned away or not: what is sent. */
  readonly meter: Meter;
}

/** Cuts after which as much was turned away as before: of that a lower rate is no cure. */
interface Futile {
  /** Turned away in the epoch before the last cut. */
  readonly share: number;
  /** How many cuts in a row had about that share. */
  readonly cuts: number;
  /** A share up to it is tolerated until then. */
  readonly toleratedShare: number;
  readonly untilMs: number;
}

/** Answers to what was sent since the last cut. */
interface Epoch {
  readonly sinceMs: number;
  readonly answers: number;
  readonly units: number;
  readonly turnedAwayUnits: number;
}

interface Meter {
  readonly sinceMs: number;
  readonly units: number;
  /** A second's, before `sinceMs`; undefined: nothing. */
  readonly before: number | undefined;
}

/** How long answers are gathered before they are judged: longer than a stall of the event loop; two round trips where those are longer. */
const epochMs = 100;
/** A share up to it is that of hot partitions, whose items wait by themselves. */
const toleratedShare = 0.02;
/** So many cuts in a row show that what is turned away has nothing to do with the rate; for so long that holds, in ms. */
const futileCuts = 2;
const futileForMs = 10_000;
/** More than that always has to do with the rate. */
const futileShare = 0.15;
/** About the same share: within this factor. */
const aboutShare = 2.5;
/** Fewer answers say nothing. */
const leastAnswers = 8;
/** An epoch in which more is turned away is judged before its time. */
const stormShare = 0.25;
/** Where the cap begins after a cut, as a share of the rate that was taken. */
const cut = 0.95;
/** Even a table that takes nothing is asked: two batches a second. */
const leastPerSecond = 50;
/** About the same rate: within this factor. */
const aboutRate = 1.25;
/** Share of the time that a rate has been about the same for which it is not exceeded, and its bounds in seconds. */
const stayShare = 0.3;
const shortestStay = 0.4;
const longestStay = 15;
/** How fast the logarithm of the cap grows beyond: with the cube of the seconds, after the first one in proportion to them. */
const growthPerCube = 0.5;
/** Far beyond every table: keeps the exponential finite. */
const mostGrowth = 20;
/** A rate that is found falls no lower than this share of the one before: the measure varies by as much. */
const leastOfBefore = 0.97;
/** A cap so many times the rate that was taken shows that there is more now. */
const farBeyond = 3;

export function newAdaptiveCap(nowMs: number): AdaptiveCap {
  return {
    takenPerSecond: undefined,
    cutMs: 0,
    steady: { sinceMs: 0, unitsPerSecond: 0 },
    epoch: undefined,
    takenUnits: 0,
    futile: { share: 0, cuts: 0, toleratedShare, untilMs: 0 },
    meter: { sinceMs: nowMs, units: 0, before: undefined },
  };
}

/** Units a second that may be sent; undefined: no cap. */
export function capAt(state: AdaptiveCap, nowMs: number): number | undefined {
  const { takenPerSecond } = state;
  if (takenPerSecond === undefined) return undefined;
  const beyond = secondsBeyond(state, nowMs);
  if (beyond <= 0) return takenPerSecond * (1 - (1 - cut) * (-beyond / stayOf(state)) ** 3);
  const grown = growthPerCube * (beyond <= 1 ? beyond ** 3 : 3 * beyond - 2);
  return takenPerSecond * Math.exp(Math.min(grown, mostGrowth));
}

/** Seconds for which the rate is not exceeded. */
function stayOf({ cutMs, steady }: AdaptiveCap): number {
  return Math.min(longestStay, Math.max(shortestStay, ((cutMs - steady.sinceMs) / 1000) * stayShare));
}

/** Seconds since the stay ended; below 0: until it ends. */
function secondsBeyond(state: AdaptiveCap, nowMs: number): number {
  return (nowMs - state.cutMs) / 1000 - stayOf(state);
}

/** What an answer tells of the rate. */
export interface Told {
  readonly sentMs: number;
  readonly nowMs: number;
  readonly roundTripMs: number;
  /** Units by size of what the answer is about, and of what of it the table turned away. */
  readonly units: number;
  readonly turnedAwayUnits: number;
}

/**
 * The cap after an answer; one that refuses its items says nothing. Whether a partition, an index or the table turned items
 * away makes no difference: where that lasts though partitions cool down, so many are hot that only a lower rate helps.
 */
export function told(before: AdaptiveCap, answer: Told): AdaptiveCap {
  const { sentMs, nowMs, roundTripMs, units, turnedAwayUnits } = answer;
  if (units === 0) return before;
  const meter = measure(before.meter, units, nowMs);
  const state = { ...before, meter, takenUnits: before.takenUnits + units - turnedAwayUnits };
  if (sentMs < state.cutMs) return state;
  const epoch = add(
    state.epoch ?? { sinceMs: nowMs, answers: 0, units: 0, turnedAwayUnits: 0 },
    units,
    turnedAwayUnits,
  );
  if (hasFoundLimit(state, epoch, nowMs)) return cutBack(state, rateSinceCut(state, nowMs), nowMs);
  const share = epoch.turnedAwayUnits / epoch.units;
  const isOver = nowMs - epoch.sinceMs >= Math.max(epochMs, 2 * roundTripMs);
  if (epoch.answers < leastAnswers || !(isOver || share > stormShare)) return { ...state, epoch };
  if (share <= toleratedAt(state, nowMs)) return { ...state, epoch: undefined };
  return cutBack({ ...state, futile: learn(state, share, nowMs) }, sentRate(state, nowMs) * (1 - share), nowMs);
}

function toleratedAt({ futile }: AdaptiveCap, nowMs: number): number {
  return nowMs < futile.untilMs ? futile.toleratedShare : toleratedShare;
}

/** Whether cutting has helped, to be asked when a further cut is due. */
function learn(state: AdaptiveCap, share: number, nowMs: number): Futile {
  const { futile } = state;
  const hasCutJustNow = state.takenPerSecond !== undefined && secondsBeyond(state, nowMs) <= 0;
  const isLikeBefore = share < futileShare && isAbout(share, futile.share, aboutShare);
  const cuts = hasCutJustNow && isLikeBefore ? futile.cuts + 1 : 0;
  if (cuts < futileCuts) return { ...futile, share, cuts };
  return { share, cuts: 0, toleratedShare: share * 2, untilMs: nowMs + futileForMs };
}

function add(epoch: Epoch, units: number, turnedAwayUnits: number): Epoch {
  return {
    sinceMs: epoch.sinceMs,
    answers: epoch.answers + 1,
    units: epoch.units + units,
    turnedAwayUnits: epoch.turnedAwayUnits + turnedAwayUnits,
  };
}

/** Whether growing has come to its end: then every further request costs, and nothing has to be measured. */
function hasFoundLimit(state: AdaptiveCap, epoch: Epoch, nowMs: number): boolean {
  if (state.takenPerSecond === undefined || secondsBeyond(state, nowMs) <= 0) return false;
  const expected = (sentRate(state, nowMs) * epochMs) / 1000;
  return epoch.turnedAwayUnits > toleratedAt(state, nowMs) * Math.max(epoch.units, expected);
}

/**
 * From one time that the table ran dry to the next it took exactly what it has, whatever it had put by in between.
 * Where less was sent than might have been, that says nothing: about as much as before will do. And where the cap has grown
 * far beyond that, there is more now, and the last second counts as much.
 */
function rateSinceCut(state: AdaptiveCap, nowMs: number): number {
  const before = state.takenPerSecond ?? 0;
  const rate = Math.max(state.takenUnits / ((nowMs - state.cutMs) / 1000), leastOfBefore * before);
  const lastSecond = sentRate(state, nowMs);
  const isFarBeyond = (capAt(state, nowMs) ?? 0) > farBeyond * before;
  return Math.min(lastSecond, isFarBeyond ? (rate + lastSecond) / 2 : rate);
}

/** Units a second that were sent of late: what is measured lags behind a cap that has just been cut. */
function sentRate(state: AdaptiveCap, nowMs: number): number {
  return Math.min(capAt(state, nowMs) ?? Infinity, rateOf(state.meter, nowMs));
}

function cutBack(state: AdaptiveCap, rate: number, nowMs: number): AdaptiveCap {
  const takenPerSecond = Math.max(leastPerSecond, rate);
  const { steady } = state;
  return {
    ...state,
    takenPerSecond,
    cutMs: nowMs,
    steady: isAbout(takenPerSecond, steady.unitsPerSecond, aboutRate)
      ? steady
      : { sinceMs: nowMs, unitsPerSecond: takenPerSecond },
    epoch: undefined,
    takenUnits: 0,
  };
}

function isAbout(one: number, other: number, factor: number): boolean {
  return one < other * factor && one > other / factor;
}

function measure(meter: Meter, units: number, nowMs: number): Meter {
  const elapsed = nowMs - meter.sinceMs;
  if (elapsed < 1000) return { ...meter, units: meter.units + units };
  return elapsed < 2000
    ? { sinceMs: meter.sinceMs + 1000, units, before: meter.units }
    : { sinceMs: nowMs, units, before: 0 };
}

/** Units a second over about the last second. */
function rateOf({ sinceMs, units, before }: Meter, nowMs: number): number {
  const seconds = Math.max(0.1, (nowMs - sinceMs) / 1000);
  return before === undefined ? units / seconds : units + before * Math.max(0, 1 - seconds);
}
