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

/** An epoch, which is what answers are judged by. */
const epochs = {
  /** Longer than a stall of the event loop; two round trips where those are longer. */
  ms: 100,
  roundTrips: 2,
  /** Fewer answers say nothing. */
  minAnswers: 8,
  /** Judged after a quarter of the time where so large a share of the units is turned away. */
  stormShare: 0.25,
  stormTime: 1 / 4,
} as const;

/** Share of the units that may be turned away. */
const tolerance = {
  /** That of hot partitions, whose items wait by themselves. */
  share: 0.02,
  /** After futile cuts: this many times the share that was found, for so many ms. */
  futileTimes: 2.5,
  futileMs: 10_000,
} as const;

/** Where the rate falls to, in units a second or as a share. */
const cuts = {
  /** Of the rate that was taken: the cap after a cut. */
  share: 0.95,
  /** Of the rate that was sent, at least: where nearly all is turned away, what was taken by chance says little. */
  minShare: 0.1,
  /** Of the rate that was found before, at least: the measure varies by as much. */
  minOfBefore: 0.97,
  /** A cap so many times the rate that was taken shows that there is more now. */
  farBeyond: 3,
  /** Even a table that takes nothing is asked: two batches a second. */
  minPerSecond: 50,
} as const;

/** How long a rate is not exceeded. */
const stay = {
  /** Share of the time that the rate has been about the same, and its bounds in s. */
  share: 0.3,
  minSeconds: 0.4,
  maxSeconds: 15,
  /** About the same rate: within this factor. */
  factor: 1.25,
} as const;

/** How fast the cap grows then, as the logarithm. */
const growth = {
  /** With the cube of the seconds, from the first second on by no more each second. */
  perCube: 0.5,
  /** Far beyond every table: keeps the exponential finite. */
  max: 20,
} as const;

export function newAdaptiveCap(nowMs: number): AdaptiveCap {
  return {
    takenPerSecond: undefined,
    cutMs: 0,
    steady: { sinceMs: 0, unitsPerSecond: 0 },
    epoch: undefined,
    takenUnits: 0,
    series: undefined,
    tolerated: { share: tolerance.share, untilMs: 0 },
    meter: newMeter(nowMs),
  };
}

/** Units a second that may be sent; undefined: no cap. */
export function capAt(state: AdaptiveCap, nowMs: number): number | undefined {
  const { takenPerSecond } = state;
  if (takenPerSecond === undefined) return undefined;
  const beyond = secondsBeyond(state, nowMs);
  if (beyond <= 0) return takenPerSecond * (1 - (1 - cuts.share) * (-beyond / stayOf(state)) ** 3);
  const grown = growth.perCube * (beyond <= 1 ? beyond ** 3 : 3 * beyond - 2);
  return takenPerSecond * Math.exp(Math.min(grown, growth.max));
}

/** Seconds for which the rate is not exceeded. */
function stayOf({ cutMs, steady }: AdaptiveCap): number {
  const seconds = ((cutMs - steady.sinceMs) / 1000) * stay.share;
  return Math.min(stay.maxSeconds, Math.max(stay.minSeconds, seconds));
}

/** Seconds for which it has been, above 0. */
function secondsBeyond(state: AdaptiveCap, nowMs: number): number {
  return (nowMs - state.cutMs) / 1000 - stayOf(state);
}

/** An answer, as the cap sees it. */
export interface CapAnswer {
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
export function adapt(before: AdaptiveCap, answer: CapAnswer): AdaptiveCap {
  const { sentMs, nowMs, roundTripMs, units, turnedAwayUnits } = answer;
  if (units === 0) return before;
  const meter = measure(before.meter, units, nowMs);
  const state = { ...before, meter, takenUnits: before.takenUnits + units - turnedAwayUnits };
  if (sentMs < state.cutMs) return state;
  const epoch = add(state.epoch ?? newEpoch(nowMs), units, turnedAwayUnits);
  if (hasFoundLimit(state, epoch, nowMs)) return cutBack(state, rateSinceCut(state, nowMs), nowMs);
  return isOver(epoch, roundTripMs, nowMs) ? judge(state, epoch, nowMs) : { ...state, epoch };
}

function isOver(epoch: Epoch, roundTripMs: number, nowMs: number): boolean {
  const wholeMs = Math.max(epochs.ms, epochs.roundTrips * roundTripMs);
  const ms = shareOf(epoch) > epochs.stormShare ? wholeMs * epochs.stormTime : wholeMs;
  return epoch.answers >= epochs.minAnswers && nowMs - epoch.sinceMs >= ms;
}

/** The cap after an epoch: as it was if the epoch was clean, lower, or as before a series of cuts that were futile. */
function judge(state: AdaptiveCap, epoch: Epoch, nowMs: number): AdaptiveCap {
  const share = shareOf(epoch);
  if (share <= toleratedAt(state, nowMs)) {
    return { ...state, epoch: undefined, series: afterClean(state.series, epoch) };
  }
  const sentPerSecond = sentRate(state, nowMs);
  const perSecond = sentPerSecond * Math.max(cuts.minShare, 1 - share);
  const series = afterCut(state.series, epoch, sentPerSecond);
  return isFutile(series, perSecond)
    ? cutBack(tolerate(state, series, nowMs), series.fromPerSecond, nowMs)
    : cutBack({ ...state, series }, perSecond, nowMs);
}

/** Puts up with what cuts do not change. */
function tolerate(state: AdaptiveCap, series: Series, nowMs: number): AdaptiveCap {
  const tolerated = { share: shareOf(series) * tolerance.futileTimes, untilMs: nowMs + tolerance.futileMs };
  return { ...state, series: undefined, tolerated };
}

function toleratedAt({ tolerated }: AdaptiveCap, nowMs: number): number {
  return nowMs < tolerated.untilMs ? tolerated.share : tolerance.share;
}

/** Whether growing has come to its end: then every further request costs, and nothing has to be measured. */
function hasFoundLimit(state: AdaptiveCap, epoch: Epoch, nowMs: number): boolean {
  if (state.takenPerSecond === undefined || secondsBeyond(state, nowMs) <= 0) return false;
  const usualUnits = Math.max(
    (sentRate(state, nowMs) * epochs.ms) / 1000,
    (epoch.units / epoch.answers) * epochs.minAnswers,
  );
  return epoch.troubled > 1 && epoch.turnedAwayUnits > toleratedAt(state, nowMs) * Math.max(epoch.units, usualUnits);
}

/**
 * From one time that the table ran dry to the next it took exactly what it has, whatever it had put by in between.
 * Where less was sent than might have been, that says nothing: about as much as before will do. And where the cap has grown
 * far beyond that, there is more now, and the last second counts as much.
 */
function rateSinceCut(state: AdaptiveCap, nowMs: number): number {
  const before = state.takenPerSecond ?? 0;
  const rate = Math.max(state.takenUnits / ((nowMs - state.cutMs) / 1000), cuts.minOfBefore * before);
  const isFarBeyond = (capAt(state, nowMs) ?? 0) > cuts.farBeyond * before;
  return isFarBeyond ? Math.max(rate, (rate + sentRate(state, nowMs)) / 2) : rate;
}

/** Units a second that were sent of late: what is measured lags behind a cap that has just been cut. */
function sentRate(state: AdaptiveCap, nowMs: number): number {
  return Math.min(capAt(state, nowMs) ?? Infinity, rateOf(state.meter, nowMs));
}

function cutBack(state: AdaptiveCap, rate: number, nowMs: number): AdaptiveCap {
  const takenPerSecond = Math.max(cuts.minPerSecond, rate);
  const { unitsPerSecond } = state.steady;
  const isAbout = takenPerSecond < unitsPerSecond * stay.factor && takenPerSecond > unitsPerSecond / stay.factor;
  return {
    ...state,
    takenPerSecond,
    cutMs: nowMs,
    steady: isAbout ? state.steady : { sinceMs: nowMs, unitsPerSecond: takenPerSecond },
    epoch: undefined,
    takenUnits: 0,
  };
}
