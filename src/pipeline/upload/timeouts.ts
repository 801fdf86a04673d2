import { formatSeconds } from '../../text/format.ts';
import type { Sighting } from './watch.ts';

/** How long things may take, in ms. */
export interface Times {
  /** Between two looks. */
  readonly pollMs: number;
  /** From an object's being there to the first state of its job. */
  readonly beginMs: number;
  /** From one change of a job's state to the next: whoever was at it is gone by then, and its message was seen again. */
  readonly quietMs: number;
}

/** A function's lease: its time, and that of a request. A worker's is shorter. */
const leaseMs = 310_000;

/** @param visibilityMs for which nobody else sees a message that somebody has taken from the queue */
export function timesFor(visibilityMs: number): Times {
  return { pollMs: 2_000, beginMs: 300_000, quietMs: visibilityMs + leaseMs };
}

/** Why nobody is at a job any more, in words; undefined where somebody may be. */
export function stallOf(
  { job, watchedMs, unchangedMs }: Omit<Sighting, 'tasks'>,
  { beginMs, quietMs }: Times,
): string | undefined {
  if (job === undefined)
    return watchedMs < beginMs ? undefined : `has not begun for ${formatSeconds(watchedMs / 1000)}`;
  return unchangedMs < quietMs ? undefined : `stands still for ${formatSeconds(unchangedMs / 1000)}`;
}
