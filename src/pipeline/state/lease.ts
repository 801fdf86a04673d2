/** The right to work on a task for a limited time. */
export interface Lease {
  /** Unique for each lease, so that a loader whose lease was taken over is not mistaken for the new owner. */
  readonly owner: string;
  /** Counted from the time the state with the lease was written. */
  readonly durationMs: number;
}

/** The age of a lease is the difference of two S3 times, and S3 rounds both to seconds. */
const roundingMs = 1_000;

/**
 * Returns the milliseconds for which the lease may still be held; 0 if it has expired.
 * @param ageMs Date minus Last-Modified of the state that contains the lease.
 */
export function leaseLeftMs(lease: Lease | null, ageMs: number): number {
  return lease === null ? 0 : Math.max(0, lease.durationMs + roundingMs - ageMs);
}
