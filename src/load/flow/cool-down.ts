import { doublingMs } from '../../dynamodb/backoff.ts';

/** What was turned away waits so long, in ms, before it is sent again; each further time twice as long. */
const firstWaitMs = 20;
const longestWaitMs = 1_000;
/** What waits becomes due in steps of so many ms: together, so that batches are full. */
const stepMs = 10;

/** How long a partition waits that is turned away again; 0: it was not before. */
export function longerWaitMs(waitMs: number): number {
  return Math.min(longestWaitMs, Math.max(firstWaitMs, waitMs * 2));
}

/** … that has taken an item meanwhile. */
export function shorterWaitMs(waitMs: number): number {
  return waitMs <= firstWaitMs ? 0 : waitMs / 2;
}

/** The wait of an item that is a partition of its own. @param attempts how often it has been sent, from 1. */
export function itemWaitMs(attempts: number): number {
  return doublingMs(firstWaitMs, longestWaitMs, attempts);
}

/**
 * When a wait with full jitter is over.
 * @param chance from 0 (included) to 1.
 */
export function dueMs(nowMs: number, waitMs: number, chance: number): number {
  const wait = waitMs * chance;
  return wait === 0 ? nowMs : Math.ceil((nowMs + wait) / stepMs) * stepMs;
}
