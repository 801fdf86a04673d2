import { add, newEpoch, shareOf, type Epoch } from './epoch.ts';
import { measure, newMeter, rateOf, type Meter } from './rate-meter.ts';
import { afterClean, afterCut, isFutile, type Series } from './cut-series.ts';

/**
 * A cap on the rate that exists once the table has turned items away: for what no description tells, as the warm-up of an
 * on-demand table, other writers, quotas, and hot partitions. As a value; units are those of the items' sizes.
 *
 * - Cut: where more than a few of the units of an epoch (a tenth of a second, or two round trips) were turned away, the cap is set a
 *   little below the rate that was taken.
 * - Stay: it grows back to that rate slowly (as CUBIC does, RFC 9438), and the longer that has been the right one, the longer it stays.
 * - Beyond: it grows faster and faster, so that capacity that has come (back) is found within seconds. The first units that
 *   are turned away there cut it again.
 * - Futile: where a series of cuts has brought the rate far down, and as much is turned away as before, the rate is not the reason:
 *   it is given back, and that much is put up with for ten seconds.
 */
export interface AdaptiveCap {
  /** Rate that the table took when it last turned items away; undefined: never. */
  readonly takenPerSecond: number | undefined;
  readonly cutMs: number;
  /** Since when the rate has been about this one. */
  readonly steady: { readonly sinceMs: number; readonly unitsPerSecond: number };
  readonly epoch: Epoch | undefined;
  /** Taken since the last cut. */
  readonly takenUnits: number;
  readonly series: Series | undefined;
  readonly tolerated: { readonly share: number; readonly untilMs: number };
  /** Of all that was answered, turned away or not. */
  readonly meter: Meter;
}

/** Longer than a stall of the event loop; two round trips where those are longer. */
const epochMs = 100;
/** A share up to it is that of hot partitions, whose items wait by themselves. */
const toleratedShare = 0.02;
/** How long, in ms, and up to how many times the share that was found, more is tolerated then. */
const toleratedForMs = 10_000;
const toleratedTimes = 2.5;
/** Fewer answers say nothing. */
const leastAnswers = 8;
/** Judged after a quarter of the time where so much is turned away. */
const stormShare = 0.25;
/** A cut leaves this share of the rate: where nearly all is turned away, what was taken by chance says little. */
const leastLeft = 0.1;
/** Where the cap begins after a cut, as a share of the rate that was taken. */
const cut = 0.95;
/** Even a table that takes nothing is asked: two batches a second. */
const leastPerSecond = 50;
/** About the same rate: within this factor. */
const about = 1.25;
/** Share of the time that a rate has been about the same for which it is not exceeded, and its bounds in s. */
const staysFor = 0.3;
const shortestStay = 0.4;
const longestStay = 15;
/** How fast it grows then, as the logarithm: with the cube of the seconds, from the first second on by no more each second. */
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
    series: undefined,
    tolerated: { share: toleratedShare, untilMs: 0 },
    meter: newMeter(nowMs),
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
  return Math.min(longestStay, Math.max(shortestStay, ((cutMs - steady.sinceMs) / 1000) * staysFor));
}

/** Seconds for which it has been, above 0. */
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
  const epoch = add(state.epoch ?? newEpoch(nowMs), units, turnedAwayUnits);
  if (hasFoundLimit(state, epoch, nowMs)) return cutBack(state, rateSinceCut(state, nowMs), nowMs);
  const share = shareOf(epoch);
  const wholeMs = Math.max(epochMs, 2 * roundTripMs);
  const isOver = nowMs - epoch.sinceMs >= (share > stormShare ? wholeMs / 4 : wholeMs);
  if (epoch.answers < leastAnswers || !isOver) return { ...state, epoch };
  if (share <= toleratedAt(state, nowMs)) {
    return { ...state, epoch: undefined, series: afterClean(state.series, epoch) };
  }
  const sentPerSecond = sentRate(state, nowMs);
  const perSecond = sentPerSecond * Math.max(leastLeft, 1 - share);
  const series = afterCut(state.series, epoch, sentPerSecond);
  if (!isFutile(series, perSecond)) return cutBack({ ...state, series }, perSecond, nowMs);
  const tolerated = { share: shareOf(series) * toleratedTimes, untilMs: nowMs + toleratedForMs };
  return cutBack({ ...state, series: undefined, tolerated }, series.fromPerSecond, nowMs);
}

function toleratedAt({ tolerated }: AdaptiveCap, nowMs: number): number {
  return nowMs < tolerated.untilMs ? tolerated.share : toleratedShare;
}

/** Whether growing has come to its end: then every further request costs, and nothing has to be measured. */
function hasFoundLimit(state: AdaptiveCap, epoch: Epoch, nowMs: number): boolean {
  if (state.takenPerSecond === undefined || secondsBeyond(state, nowMs) <= 0) return false;
  const usual = Math.max((sentRate(state, nowMs) * epochMs) / 1000, (epoch.units / epoch.answers) * leastAnswers);
  return epoch.troubled > 1 && epoch.turnedAwayUnits > toleratedAt(state, nowMs) * Math.max(epoch.units, usual);
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
  return isFarBeyond ? Math.max(rate, (rate + lastSecond) / 2) : rate;
}

/** Units a second that were sent of late: what is measured lags behind a cap that has just been cut. */
function sentRate(state: AdaptiveCap, nowMs: number): number {
  return Math.min(capAt(state, nowMs) ?? Infinity, rateOf(state.meter, nowMs));
}

function cutBack(state: AdaptiveCap, rate: number, nowMs: number): AdaptiveCap {
  const takenPerSecond = Math.max(leastPerSecond, rate);
  const { steady } = state;
  const isAbout = takenPerSecond < steady.unitsPerSecond * about && takenPerSecond > steady.unitsPerSecond / about;
  return {
    ...state,
    takenPerSecond,
    cutMs: nowMs,
    steady: isAbout ? steady : { sinceMs: nowMs, unitsPerSecond: takenPerSecond },
    epoch: undefined,
    takenUnits: 0,
  };
}
