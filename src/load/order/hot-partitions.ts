import { dueMs, longerWaitMs, shorterWaitMs } from '../flow/cool-down.ts';

/** An answer that throttled something. */
export interface ThrottledAnswer {
  readonly sentMs: number;
  readonly nowMs: number;
  /** For the jitter: from 0 (included) to 1. */
  readonly chance: number;
}

/** The wait of a partition that has nothing queued is forgotten after this many ms; a wait of 0 at once. */
const rememberedMs = 1_000;

interface Wait {
  /** Longest last wait, in ms, before jitter; 0: the table has taken enough since. */
  ms: number;
  readonly sinceMs: number;
}

/** How long the partitions that the table has throttled wait the next time. */
export class HotPartitions {
  readonly #waits = new Map<number, Wait>();
  /** When partitions with nothing queued are forgotten, the earliest first. */
  readonly #leaving = new Map<number, number>();

  get size(): number {
    return this.#waits.size;
  }

  /** Makes the wait longer, once for all that was in flight when it began. @returns when it is over, in ms */
  throttle(partition: number, { sentMs, nowMs, chance }: ThrottledAnswer): number {
    const before = this.#waits.get(partition);
    if (before !== undefined && sentMs < before.sinceMs) return nowMs;
    const wait = { ms: longerWaitMs(before?.ms ?? 0), sinceMs: nowMs };
    this.#waits.set(partition, wait);
    return dueMs(nowMs, wait.ms, chance);
  }

  /** Makes the wait shorter: the table has taken something of the partition. */
  relieve(partition: number): void {
    const wait = this.#waits.get(partition);
    if (wait !== undefined) wait.ms = shorterWaitMs(wait.ms);
  }

  /** Plans to forget a partition that has nothing queued any more. @returns whether it is remembered for a while */
  leave(partition: number, nowMs: number): boolean {
    const wait = this.#waits.get(partition);
    if (wait === undefined) return false;
    if (wait.ms === 0) {
      this.#waits.delete(partition);
      this.#leaving.delete(partition);
      return false;
    }
    if (!this.#leaving.has(partition)) this.#leaving.set(partition, nowMs + rememberedMs);
    return true;
  }

  /** Forgets the partitions whose time to be forgotten has come, unless they have something queued again. */
  forget(nowMs: number, forgetEmpty: (partition: number) => boolean): void {
    for (const [partition, atMs] of this.#leaving) {
      if (atMs > nowMs) return;
      this.#leaving.delete(partition);
      if (forgetEmpty(partition)) this.#waits.delete(partition);
    }
  }
}
