import { capAt, newAdaptiveCap, adapt, type AdaptiveCap } from './adaptive-rate.ts';
import { keptSeconds, newBucket, refill, spend, waitMs, type Bucket } from './token-bucket.ts';
import { correct, expect, resourcesOf, withCapacity, type Capacity, type Cost, type Resource } from './cost.ts';
import { afterAnswer, afterLoss, newInFlight, type InFlight } from './concurrency.ts';

/** When what may be sent, as a value: what may be in flight, and the rates of all that has one (P7). */
export interface Flow {
  readonly inFlight: InFlight;
  readonly resources: readonly Resource[];
  readonly cap: AdaptiveCap;
  /** Of the adaptive cap, while there is one: every item that is sent costs, taken or not. */
  readonly capBucket: Bucket | undefined;
  /** Smoothed. */
  readonly roundTripMs: number;
}

export interface FlowOptions {
  /** Requests in flight at most; `auto`: what brings something. */
  readonly concurrency: number | 'auto';
  readonly maxWriteUnits: number | undefined;
  readonly capacity: Capacity;
}

export function newFlow({ concurrency, maxWriteUnits, capacity }: FlowOptions, nowMs: number): Flow {
  return {
    inFlight: newInFlight(concurrency, nowMs),
    resources: resourcesOf(maxWriteUnits, capacity, nowMs),
    cap: newAdaptiveCap(nowMs),
    capBucket: undefined,
    roundTripMs: 0,
  };
}

/** What is provisioned has changed, or may have. */
export function capacityIs(flow: Flow, capacity: Capacity, nowMs: number): Flow {
  return { ...flow, resources: withCapacity(flow.resources, capacity, nowMs) };
}

/** The flow at `nowMs`, with what has run into the buckets since. */
export function at(flow: Flow, nowMs: number): Flow {
  if (flow.resources.length === 0 && flow.cap.takenPerSecond === undefined) return flow;
  const resources = flow.resources.map((one) => ({ ...one, bucket: refill(one.bucket, nowMs) }));
  const unitsPerSecond = capAt(flow.cap, nowMs);
  if (unitsPerSecond === undefined) return { ...flow, resources };
  const bucket = flow.capBucket ?? newBucket(unitsPerSecond, nowMs);
  return { ...flow, resources, capBucket: refill({ ...bucket, unitsPerSecond }, nowMs) };
}

/** How long to wait, in ms from the flow's time, until something may be sent whatever is in flight; 0: now. */
export function pauseMs(flow: Flow, nowMs: number): number {
  let longest = Math.max(0, flow.inFlight.quietUntilMs - nowMs);
  for (const { bucket } of flow.resources) longest = Math.max(longest, waitMs(bucket));
  return flow.capBucket === undefined ? longest : Math.max(longest, waitMs(flow.capBucket));
}

/**
 * Units by size that a request had better not exceed: what runs in within a tenth of a second, so that a rate is kept within any
 * second, of large items too. The adaptive cap is not among it: what it stands for takes bursts.
 */
export function mostUnits({ resources }: Flow): number {
  let least = Infinity;
  for (const { bucket, ratio } of resources) least = Math.min(least, (bucket.unitsPerSecond * keptSeconds) / ratio);
  return least;
}

/** A request goes out. @param units by the sizes of its items. */
export function sent(flow: Flow, units: number): Flow {
  if (flow.resources.length === 0 && flow.capBucket === undefined) return flow;
  return {
    ...flow,
    resources: flow.resources.map((resource) => expect(resource, units)),
    capBucket: flow.capBucket && spend(flow.capBucket, units),
  };
}

/** What became of a request. */
export interface Outcome extends Cost {
  readonly sentMs: number;
  /** Requests in flight just before it ended, it included. */
  readonly inFlight: number;
  /** By the sizes of its items, of those that the table turned away for want of capacity. */
  readonly turnedAwayUnits: number;
}

/** Weight of one round trip. */
const smoothing = 0.1;

/** An answer came, of whatever kind. */
export function cameBack(flow: Flow, outcome: Outcome, nowMs: number): Flow {
  const { sentMs, inFlight, takenUnits, turnedAwayUnits } = outcome;
  const roundTripMs = flow.roundTripMs + smoothing * (nowMs - sentMs - flow.roundTripMs);
  const isPaced = flow.resources.length > 0 || flow.cap.takenPerSecond !== undefined;
  const cap = adapt(flow.cap, { sentMs, nowMs, roundTripMs, units: takenUnits + turnedAwayUnits, turnedAwayUnits });
  return {
    inFlight: afterAnswer(flow.inFlight, { sentMs, nowMs, inFlight, isPaced }),
    resources: flow.resources.map((resource) => correct(resource, outcome)),
    cap,
    capBucket: cap.cutMs === flow.cap.cutMs ? flow.capBucket : undefined,
    roundTripMs,
  };
}

/** No answer came: whether it cost anything nobody knows. */
export function wentAstray(flow: Flow, sentMs: number, nowMs: number, chance: number): Flow {
  return { ...flow, inFlight: afterLoss(flow.inFlight, sentMs, nowMs, chance) };
}
