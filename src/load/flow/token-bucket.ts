/** A token bucket of write units, as a value. Negative: spent in advance. */
export interface TokenBucket {
  readonly unitsPerSecond: number;
  readonly units: number;
  readonly atMs: number;
}

/** Seconds of unused units that the bucket keeps: a tenth, so that the rate holds within any second. */
export const burstSeconds = 0.1;

export function newBucket(unitsPerSecond: number, nowMs: number): TokenBucket {
  return { unitsPerSecond, units: 0, atMs: nowMs };
}

/** Adds the units gained up to `nowMs`. */
export function refill(bucket: TokenBucket, nowMs: number): TokenBucket {
  const gained = (Math.max(0, nowMs - bucket.atMs) / 1000) * bucket.unitsPerSecond;
  const max = Math.max(1, bucket.unitsPerSecond * burstSeconds);
  return { ...bucket, units: Math.min(Math.max(max, bucket.units), bucket.units + gained), atMs: nowMs };
}

/** Takes units out of the bucket, also below 0. */
export function spend(bucket: TokenBucket, units: number): TokenBucket {
  return { ...bucket, units: bucket.units - units };
}

/** Milliseconds until units may be spent again; 0: now. */
export function waitMs(bucket: TokenBucket): number {
  return bucket.units >= 0 ? 0 : Math.ceil((-bucket.units / bucket.unitsPerSecond) * 1000);
}
