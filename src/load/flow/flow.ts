import { capAt, newAdaptiveCap, adapt, type AdaptiveCap } from './adaptive-rate.ts';
import { burstSeconds, newBucket, refill, spend, waitMs, type TokenBucket } from './token-bucket.ts';
import { correct, charge, newLimits, updateLimits, type Capacity, type RequestCost, type RateLimit } from './cost.ts';
import { adjustForResponse, adjustForLoss, newConcurrency, type Concurrency } from './concurrency.ts';

/** Flow control as a value: how many requests may be in flight, and how many write units may be sent (P7). */
export interface Flow {
  readonly concurrency: Concurrency;
  readonly limits: readonly RateLimit[];
  readonly cap: AdaptiveCap;
  /** Bucket of the adaptive cap, if there is one. Every sent item counts, written or not. */
  readonly capBucket: TokenBucket | undefined;
  /** Smoothed average. */
  readonly roundTripMs: number;
}

export interface FlowOptions {
  /** Maximum requests in flight; `auto`: csv2ddb finds the fastest number. */
  readonly concurrency: number | 'auto';
  readonly maxWriteUnits: number | undefined;
  readonly capacity: Capacity;
}

export function newFlow({ concurrency, maxWriteUnits, capacity }: FlowOptions, nowMs: number): Flow {
  return {
    concurrency: newConcurrency(concurrency, nowMs),
    limits: newLimits(maxWriteUnits, capacity, nowMs),
    cap: newAdaptiveCap(nowMs),
    capBucket: undefined,
    roundTripMs: 0,
  };
}

/** Applies the provisioned capacity that DescribeTable reports. */
export function changeCapacity(flow: Flow, capacity: Capacity, nowMs: number): Flow {
  return { ...flow, limits: updateLimits(flow.limits, capacity, nowMs) };
}

/** Refills the buckets up to `nowMs`. */
export function refillFlow(flow: Flow, nowMs: number): Flow {
  if (flow.limits.length === 0 && flow.cap.curve === undefined) return flow;
  const limits = flow.limits.map((one) => ({ ...one, bucket: refill(one.bucket, nowMs) }));
  const unitsPerSecond = capAt(flow.cap, nowMs);
  if (unitsPerSecond === undefined) return { ...flow, limits };
  const bucket = flow.capBucket ?? newBucket(unitsPerSecond, nowMs);
  return { ...flow, limits, capBucket: refill({ ...bucket, unitsPerSecond }, nowMs) };
}

/** Milliseconds until the next request may be sent, regardless of how many are in flight; 0: now. */
export function flowWaitMs(flow: Flow, nowMs: number): number {
  let maxMs = Math.max(0, flow.concurrency.backoffUntilMs - nowMs);
  for (const { bucket } of flow.limits) maxMs = Math.max(maxMs, waitMs(bucket));
  return flow.capBucket === undefined ? maxMs : Math.max(maxMs, waitMs(flow.capBucket));
}

/**
 * Maximum units by item size for one request: the refill of a tenth of a second, so that the rate holds within any second
 * even with large items. The adaptive cap does not count, because the limits behind it allow bursts.
 */
export function maxRequestUnits({ limits }: Flow): number {
  let min = Infinity;
  for (const { bucket, ratio } of limits) min = Math.min(min, (bucket.unitsPerSecond * burstSeconds) / ratio);
  return min;
}

/** Counts a request that is sent. @param units by item size. */
export function spendUnits(flow: Flow, units: number): Flow {
  if (flow.limits.length === 0 && flow.capBucket === undefined) return flow;
  return {
    ...flow,
    limits: flow.limits.map((limit) => charge(limit, units)),
    capBucket: flow.capBucket && spend(flow.capBucket, units),
  };
}

/** The outcome of a request. */
export interface RequestOutcome extends RequestCost {
  readonly sentMs: number;
  /** Requests in flight just before it ended, including itself. */
  readonly inFlight: number;
  /** Units by item size of the throttled items. */
  readonly throttledUnits: number;
}

/** Weight of one round trip in the average. */
const smoothing = 0.1;

/** Applies a response of any kind. */
export function applyResponse(flow: Flow, outcome: RequestOutcome, nowMs: number): Flow {
  const { sentMs, inFlight, writtenUnits, throttledUnits } = outcome;
  const roundTripMs = flow.roundTripMs + smoothing * (nowMs - sentMs - flow.roundTripMs);
  const isPaced = flow.limits.length > 0 || flow.cap.curve !== undefined;
  const cap = adapt(flow.cap, { sentMs, nowMs, roundTripMs, units: writtenUnits + throttledUnits, throttledUnits });
  return {
    concurrency: adjustForResponse(flow.concurrency, { sentMs, nowMs, inFlight, isPaced }),
    limits: flow.limits.map((limit) => correct(limit, outcome)),
    cap,
    capBucket: cap.curve?.cutMs === flow.cap.curve?.cutMs ? flow.capBucket : undefined,
    roundTripMs,
  };
}

/** Applies a lost response. Its units stay spent, because the items may have been written. */
export function applyLoss(flow: Flow, sentMs: number, nowMs: number, random: number): Flow {
  return { ...flow, concurrency: adjustForLoss(flow.concurrency, sentMs, nowMs, random) };
}
