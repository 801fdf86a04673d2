import { DelayQueue } from '../../src/load/order/delay-queue.ts';
import type { Scheduler } from '../../src/load/write/scheduler.ts';

/** A scheduler that moves from one timer to the next without waiting. */
export class VirtualTime implements Scheduler {
  #nowMs = 0;
  readonly #due = new DelayQueue<{ atMs: number; work: (() => void) | undefined }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, work: () => void): () => void {
    const due: { atMs: number; work: (() => void) | undefined } = { atMs: this.#nowMs + ms, work };
    this.#due.push(due.atMs, due);
    return () => {
      due.work = undefined;
    };
  }

  /** Runs until `endMs`, or until no timer is left. @param afterEach called after each timer and its promises. */
  async run(endMs: number, afterEach: () => void): Promise<void> {
    for (let due = this.#due.shift(endMs); due !== undefined; due = this.#due.shift(endMs)) {
      if (due.work === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.work();
      // Lets the promises that it settled continue first.
      await new Promise(setImmediate);
      afterEach();
    }
  }
}
