/** A token bucket for write units as a value: what may be used at a moment. Negative: used ahead. */
export interface Bucket {
  readonly unitsPerSecond: number;
  readonly units: number;
  readonly atMs: number;
}

/** Seconds of unused units that are kept: a tenth, so that a cap is a cap within any second. */
export const keptSeconds = 0.1;

export function newBucket(unitsPerSecond: number, nowMs: number): Bucket {
  return { unitsPerSecond, units: 0, atMs: nowMs };
}

/** The bucket at `nowMs`, with what has run in since. */
export function refill(bucket: Bucket, nowMs: number): Bucket {
  const gained = (Math.max(0, nowMs - bucket.atMs) / 1000) * bucket.unitsPerSecond;
  const most = Math.max(1, bucket.unitsPerSecond * keptSeconds);
  return { ...bucket, units: Math.min(Math.max(most, bucket.units), bucket.units + gained), atMs: nowMs };
}

/** Takes units out; what an answer reports beyond the estimate is taken out the same way. */
export function spend(bucket: Bucket, units: number): Bucket {
  return { ...bucket, units: bucket.units - units };
}

/** How long to wait, in ms, until something may be sent again; 0: now. */
export function waitMs(bucket: Bucket): number {
  return bucket.units >= 0 ? 0 : Math.ceil((-bucket.units / bucket.unitsPerSecond) * 1000);
}
