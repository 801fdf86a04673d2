import { cutTo, isBeyondPlateau, unitsPerSecondAt, type CapCurve } from './cap-curve.ts';
import { addCleanEpoch, addCut, isFutile, startSeries, type CutSeries } from './cut-series.ts';
import { addResponse, newEpoch, oddsOf, throttledShareOf, type Epoch } from './epoch.ts';
import { measure, newMeter, rateOf, type RateMeter } from './rate-meter.ts';

/**
 * A cap on the write rate, as a value. It exists once DynamoDB has throttled items, and covers limits that DescribeTable
 * does not report: the warm-up of an on-demand table, other writers, account quotas and hot partitions. Units are write
 * units by item size.
 *
 * - Cut: if more than a small share of an epoch's units (a tenth of a second, or two round trips) was throttled, the cap
 *   drops slightly below the rate that was written. Then it grows again until throttled units cut it (`cap-curve.ts`).
 * - Futile: if a series of cuts has reduced the rate a lot and the throttled share has not changed, the rate is not the
 *   cause. The cap of before the cuts is restored, if there was one. For ten seconds, only a much higher
 *   share counts, and shows that the rate is a cause after all.
 */
export interface AdaptiveCap {
  /** Undefined: no cap. */
  readonly curve: CapCurve | undefined;
  readonly epoch: Epoch | undefined;
  readonly series: CutSeries | undefined;
  /** Share of the units that is throttled at any rate, and until when that is assumed. */
  readonly constant: { readonly share: number; readonly untilMs: number };
  /** Counts written and throttled units. */
  readonly meter: RateMeter;
}

/** When an epoch has enough responses to judge it. */
const epochs = {
  /** Longer than a stall of the event loop; two round trips if those take longer. */
  ms: 100,
  roundTrips: 2,
  /** Fewer responses are not significant. A share that is throttled at any rate varies by chance and needs more. */
  minResponses: 8,
  minResponsesIfConstant: 50,
  /** If more than this share is throttled, an epoch is judged after a quarter of the time. */
  stormShare: 0.25,
  stormTime: 1 / 4,
} as const;

/** Share of the units that may be throttled. */
const tolerance = {
  /** Hot partitions cause this much; their items back off separately. */
  share: 0.02,
  /** After futile cuts: this many times the odds of the share that is throttled at any rate. */
  constantOdds: 2.5,
  /** How long that share is assumed, in ms. Then cuts must be futile again. */
  constantMs: 10_000,
} as const;

/** How far the rate drops, as a share. */
const cuts = {
  /** Minimum, as a share of the sent rate: if nearly everything is throttled, the written rate is mostly chance. */
  minShare: 0.1,
  /** Minimum, as a share of the previous rate: the measurement varies by this much. */
  minOfBefore: 0.97,
  /** A cap this many times the written rate shows that capacity has increased. */
  farBeyond: 3,
} as const;

const noConstant = { share: 0, untilMs: 0 };

export function newAdaptiveCap(nowMs: number): AdaptiveCap {
  return {
    curve: undefined,
    epoch: undefined,
    series: undefined,
    constant: noConstant,
    meter: newMeter(nowMs),
  };
}

/** Units per second that may be sent; undefined: no cap. */
export function capAt({ curve }: AdaptiveCap, nowMs: number): number | undefined {
  return curve && unitsPerSecondAt(curve, nowMs);
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
  const { curve } = before;
  const state = {
    ...before,
    curve: curve && { ...curve, writtenUnits: curve.writtenUnits + units - throttledUnits },
    meter: measure(before.meter, units, nowMs),
  };
  if (curve !== undefined && sentMs < curve.cutMs) return state;
  const epoch = addResponse(state.epoch ?? newEpoch(nowMs), units, throttledUnits);
  if (state.curve !== undefined && hasFoundLimit(state, epoch, nowMs)) {
    return cut(state, epoch, rateSinceCut(state, state.curve, nowMs), nowMs);
  }
  return isOver(state, epoch, roundTripMs, nowMs) ? judge(state, epoch, nowMs) : { ...state, epoch };
}

function isOver(state: AdaptiveCap, epoch: Epoch, roundTripMs: number, nowMs: number): boolean {
  const wholeMs = Math.max(epochs.ms, epochs.roundTrips * roundTripMs);
  const ms = excessShare(state, epoch, nowMs) > epochs.stormShare ? wholeMs * epochs.stormTime : wholeMs;
  return epoch.responses >= minResponses(state, nowMs) && nowMs - epoch.sinceMs >= ms;
}

/** Returns the cap after an epoch: unchanged if the epoch was clean, else cut. */
function judge(state: AdaptiveCap, epoch: Epoch, nowMs: number): AdaptiveCap {
  if (throttledShareOf(epoch) <= toleratedShare(state, nowMs)) {
    return { ...state, epoch: undefined, series: addCleanEpoch(state.series, epoch) };
  }
  const keptShare = Math.max(cuts.minShare, 1 - excessShare(state, epoch, nowMs));
  return cut(state, epoch, sentRate(state, nowMs) * keptShare, nowMs);
}

/** Cuts the cap to `perSecond`, or restores the cap of before the series if its cuts were futile. */
function cut(state: AdaptiveCap, epoch: Epoch, perSecond: number, nowMs: number): AdaptiveCap {
  const { curve, series } = state;
  const sentPerSecond = sentRate(state, nowMs);
  if (series !== undefined && isFutile(series, epoch, sentPerSecond)) {
    const constant = { share: throttledShareOf(series), untilMs: nowMs + tolerance.constantMs };
    return { ...state, curve: series.before, epoch: undefined, series: undefined, constant };
  }
  const after = { ...state, curve: cutTo(curve, perSecond, nowMs), epoch: undefined };
  // The higher share at this rate shows that the rate is a cause, too. Whether the rest is constant is tried again.
  if (constantShare(state, nowMs) > 0) return { ...after, series: undefined, constant: noConstant };
  return { ...after, series: series ? addCut(series, epoch) : startSeries(curve, epoch, sentPerSecond) };
}

/** Whether the growth beyond the plateau has reached the limit. Then cut at once: each further request is throttled too. */
function hasFoundLimit(state: AdaptiveCap, epoch: Epoch, nowMs: number): boolean {
  if (state.curve === undefined || !isBeyondPlateau(state.curve, nowMs)) return false;
  const usualUnits = Math.max(
    (sentRate(state, nowMs) * epochs.ms) / 1000,
    (epoch.units / epoch.responses) * minResponses(state, nowMs),
  );
  return epoch.throttled > 1 && epoch.throttledUnits > toleratedShare(state, nowMs) * Math.max(epoch.units, usualUnits);
}

/**
 * Between two moments at which the table ran out of capacity, it wrote exactly its capacity. If less was sent than
 * allowed, the result is too low, so the rate stays close to the previous one. If the cap has grown far beyond that rate,
 * capacity has increased, and the last second counts as much as the average.
 */
function rateSinceCut(state: AdaptiveCap, { writtenPerSecond, writtenUnits, cutMs }: CapCurve, nowMs: number): number {
  const measured = writtenUnits / ((nowMs - cutMs) / 1000) / (1 - constantShare(state, nowMs));
  const rate = Math.max(measured, cuts.minOfBefore * writtenPerSecond);
  const isFarBeyond = (capAt(state, nowMs) ?? 0) > cuts.farBeyond * writtenPerSecond;
  return isFarBeyond ? Math.max(rate, (rate + sentRate(state, nowMs)) / 2) : rate;
}

/** Recent send rate in units per second. The meter lags behind a cap that has just been cut. */
function sentRate(state: AdaptiveCap, nowMs: number): number {
  return Math.min(capAt(state, nowMs) ?? Infinity, rateOf(state.meter, nowMs));
}

/** Share of the units that is throttled at any rate. */
function constantShare({ constant }: AdaptiveCap, nowMs: number): number {
  return nowMs < constant.untilMs ? constant.share : 0;
}

/** Share of the other units that were throttled: because of the rate. */
function excessShare(state: AdaptiveCap, epoch: Epoch, nowMs: number): number {
  const constant = constantShare(state, nowMs);
  return (throttledShareOf(epoch) - constant) / (1 - constant);
}

function toleratedShare(state: AdaptiveCap, nowMs: number): number {
  const odds = tolerance.constantOdds * oddsOf(constantShare(state, nowMs));
  return Math.max(tolerance.share, odds / (1 + odds));
}

function minResponses(state: AdaptiveCap, nowMs: number): number {
  return constantShare(state, nowMs) > 0 ? epochs.minResponsesIfConstant : epochs.minResponses;
}
