/** The right to work on a task, for a time. */
export interface Lease {
  /** Another one for each taking: a worker that comes back after its lease was taken over is a stranger. */
  readonly owner: string;
  /** From the moment on that the state which holds it was written. */
  readonly durationMs: number;
}

/** Both times of S3 that a lease's age is made of have whole seconds. */
const roundingMs = 1_000;

/** How long it may still be held, in ms; 0: it is over. @param ageMs Date less Last-Modified of the state that holds it. */
export function leaseLeftMs(lease: Lease | null, ageMs: number): number {
  return lease === null ? 0 : Math.max(0, lease.durationMs + roundingMs - ageMs);
}
