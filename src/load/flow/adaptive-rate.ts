import { addResponse, newEpoch, throttledShareOf, type Epoch } from './epoch.ts';
import { measure, newMeter, rateOf, type RateMeter } from './rate-meter.ts';
import { addCleanEpoch, addCut, isFutile, type CutSeries } from './cut-series.ts';

/**
 * A cap on the write rate, as a value. It exists once DynamoDB has throttled items, and covers limits that DescribeTable
 * does not report: the warm-up of an on-demand table, other writers, account quotas and hot partitions. Units are write
 * units by item size.
 *
 * - Cut: if more than a small share of an epoch's units (a tenth of a second, or two round trips) was throttled, the cap
 *   drops slightly below the rate that was written.
 * - Plateau: the cap grows back to that rate slowly (as in CUBIC, RFC 9438). The longer the rate has been right, the
 *   longer the plateau.
 * - Beyond: the cap grows faster and faster, so that new capacity is found within seconds. The first throttled units cut
 *   it again.
 * - Futile: if a series of cuts has reduced the rate a lot and the throttled share has not changed, the rate is not the
 *   cause. The rate before the cuts is restored, and that share is tolerated for ten seconds.
 */
export interface AdaptiveCap {
  /** Rate that the table accepted when it last throttled items; undefined: it never did. */
  readonly writtenPerSecond: number | undefined;
  readonly cutMs: number;
  /** Since when the rate has been close to `unitsPerSecond`. */
  readonly stable: { readonly sinceMs: number; readonly unitsPerSecond: number };
  readonly epoch: Epoch | undefined;
  /** Written since the last cut. */
  readonly writtenUnits: number;
  readonly series: CutSeries | undefined;
  readonly tolerated: { readonly share: number; readonly untilMs: number };
  /** Counts written and throttled units. */
  readonly meter: RateMeter;
}

/** When an epoch has enough responses to judge it. */
const epochs = {
  /** Longer than a stall of the event loop; two round trips if those take longer. */
  ms: 100,
  roundTrips: 2,
  /** Fewer responses are not significant. */
  minResponses: 8,
  /** If more than this share is throttled, an epoch is judged after a quarter of the time. */
  stormShare: 0.25,
  stormTime: 1 / 4,
} as const;

/** Share of the units that may be throttled. */
const tolerance = {
  /** Hot partitions cause this much; their items back off separately. */
  share: 0.02,
  /** After futile cuts: this many times the measured share, for this many ms. */
  futileTimes: 2.5,
  futileMs: 10_000,
} as const;

/** How far the rate drops, in units per second or as a share. */
const cuts = {
  /** Cap after a cut, as a share of the written rate. */
  share: 0.95,
  /** Minimum, as a share of the sent rate: if nearly everything is throttled, the written rate is mostly chance. */
  minShare: 0.1,
  /** Minimum, as a share of the previous rate: the measurement varies by this much. */
  minOfBefore: 0.97,
  /** A cap this many times the written rate shows that capacity has increased. */
  farBeyond: 3,
  /** Two batches per second probe even a table that accepts nothing. */
  minPerSecond: 50,
} as const;

/** How long the cap stays below the written rate. */
const plateau = {
  /** As a share of the time that the rate has been stable, with bounds in seconds. */
  share: 0.3,
  minSeconds: 0.4,
  maxSeconds: 15,
  /** Rates within this factor of each other count as the same. */
  factor: 1.25,
} as const;

/** How fast the cap grows beyond the plateau, as a logarithm. */
const growth = {
  /** Grows with the cube of the seconds, and linearly after the first second. */
  perCube: 0.5,
  /** Far beyond the capacity of any table: keeps the exponential finite. */
  max: 20,
} as const;

export function newAdaptiveCap(nowMs: number): AdaptiveCap {
  return {
    writtenPerSecond: undefined,
    cutMs: 0,
    stable: { sinceMs: 0, unitsPerSecond: 0 },
    epoch: undefined,
    writtenUnits: 0,
    series: undefined,
    tolerated: { share: tolerance.share, untilMs: 0 },
    meter: newMeter(nowMs),
  };
}

/** Units per second that may be sent; undefined: no cap. */
export function capAt(state: AdaptiveCap, nowMs: number): number | undefined {
  const { writtenPerSecond } = state;
  if (writtenPerSecond === undefined) return undefined;
  const beyond = secondsBeyond(state, nowMs);
  if (beyond <= 0) return writtenPerSecond * (1 - (1 - cuts.share) * (-beyond / plateauSeconds(state)) ** 3);
  const grown = growth.perCube * (beyond <= 1 ? beyond ** 3 : 3 * beyond - 2);
  return writtenPerSecond * Math.exp(Math.min(grown, growth.max));
}

/** Length of the plateau in seconds. */
function plateauSeconds({ cutMs, stable }: AdaptiveCap): number {
  const seconds = ((cutMs - stable.sinceMs) / 1000) * plateau.share;
  return Math.min(plateau.maxSeconds, Math.max(plateau.minSeconds, seconds));
}

/** Seconds since the end of the plateau; negative during the plateau. */
function secondsBeyond(state: AdaptiveCap, nowMs: number): number {
  return (nowMs - state.cutMs) / 1000 - plateauSeconds(state);
}

/** The part of a response that the cap depends on. */
interface CapFeedback {
  readonly sentMs: number;
  readonly nowMs: number;
  readonly roundTripMs: number;
  /** Units by item size, and how many of them DynamoDB throttled. */
  readonly units: number;
  readonly throttledUnits: number;
}

/**
 * Returns the cap after a response. A rejected request does not change it. It makes no difference whether a partition, an
 * index or the table throttled the items: if throttling lasts although partitions back off, only a lower rate helps.
 */
export function adapt(before: AdaptiveCap, feedback: CapFeedback): AdaptiveCap {
  const { sentMs, nowMs, roundTripMs, units, throttledUnits } = feedback;
  if (units === 0) return before;
  const meter = measure(before.meter, units, nowMs);
  const state = { ...before, meter, writtenUnits: before.writtenUnits + units - throttledUnits };
  if (sentMs < state.cutMs) return state;
  const epoch = addResponse(state.epoch ?? newEpoch(nowMs), units, throttledUnits);
  if (hasFoundLimit(state, epoch, nowMs)) return cutBack(state, rateSinceCut(state, nowMs), nowMs);
  return isOver(epoch, roundTripMs, nowMs) ? judge(state, epoch, nowMs) : { ...state, epoch };
}

function isOver(epoch: Epoch, roundTripMs: number, nowMs: number): boolean {
  const wholeMs = Math.max(epochs.ms, epochs.roundTrips * roundTripMs);
  const ms = throttledShareOf(epoch) > epochs.stormShare ? wholeMs * epochs.stormTime : wholeMs;
  return epoch.responses >= epochs.minResponses && nowMs - epoch.sinceMs >= ms;
}

/** Returns the cap after an epoch: unchanged if the epoch was clean, else lower, or restored if the cuts were futile. */
function judge(state: AdaptiveCap, epoch: Epoch, nowMs: number): AdaptiveCap {
  const share = throttledShareOf(epoch);
  if (share <= toleratedAt(state, nowMs)) {
    return { ...state, epoch: undefined, series: addCleanEpoch(state.series, epoch) };
  }
  const sentPerSecond = sentRate(state, nowMs);
  const perSecond = sentPerSecond * Math.max(cuts.minShare, 1 - share);
  const series = addCut(state.series, epoch, sentPerSecond);
  return isFutile(series, perSecond)
    ? cutBack(tolerate(state, series, nowMs), series.fromPerSecond, nowMs)
    : cutBack({ ...state, series }, perSecond, nowMs);
}

/** Accepts throttling that does not depend on the rate. */
function tolerate(state: AdaptiveCap, series: CutSeries, nowMs: number): AdaptiveCap {
  const tolerated = { share: throttledShareOf(series) * tolerance.futileTimes, untilMs: nowMs + tolerance.futileMs };
  return { ...state, series: undefined, tolerated };
}

function toleratedAt({ tolerated }: AdaptiveCap, nowMs: number): number {
  return nowMs < tolerated.untilMs ? tolerated.share : tolerance.share;
}

/** Whether the growth beyond the plateau has reached the limit. Then cut at once: each further request is throttled too. */
function hasFoundLimit(state: AdaptiveCap, epoch: Epoch, nowMs: number): boolean {
  if (state.writtenPerSecond === undefined || secondsBeyond(state, nowMs) <= 0) return false;
  const usualUnits = Math.max(
    (sentRate(state, nowMs) * epochs.ms) / 1000,
    (epoch.units / epoch.responses) * epochs.minResponses,
  );
  return epoch.throttled > 1 && epoch.throttledUnits > toleratedAt(state, nowMs) * Math.max(epoch.units, usualUnits);
}

/**
 * Between two moments at which the table ran out of capacity, it wrote exactly its capacity. If less was sent than
 * allowed, the result is too low, so the rate stays close to the previous one. If the cap has grown far beyond that rate,
 * capacity has increased, and the last second counts as much as the average.
 */
function rateSinceCut(state: AdaptiveCap, nowMs: number): number {
  const before = state.writtenPerSecond ?? 0;
  const rate = Math.max(state.writtenUnits / ((nowMs - state.cutMs) / 1000), cuts.minOfBefore * before);
  const isFarBeyond = (capAt(state, nowMs) ?? 0) > cuts.farBeyond * before;
  return isFarBeyond ? Math.max(rate, (rate + sentRate(state, nowMs)) / 2) : rate;
}

/** Recent send rate in units per second. The meter lags behind a cap that has just been cut. */
function sentRate(state: AdaptiveCap, nowMs: number): number {
  return Math.min(capAt(state, nowMs) ?? Infinity, rateOf(state.meter, nowMs));
}

function cutBack(state: AdaptiveCap, rate: number, nowMs: number): AdaptiveCap {
  const writtenPerSecond = Math.max(cuts.minPerSecond, rate);
  const ratio = writtenPerSecond / state.stable.unitsPerSecond;
  const isStable = ratio < plateau.factor && ratio > 1 / plateau.factor;
  return {
    ...state,
    writtenPerSecond,
    cutMs: nowMs,
    stable: isStable ? state.stable : { sinceMs: nowMs, unitsPerSecond: writtenPerSecond },
    epoch: undefined,
    writtenUnits: 0,
  };
}
