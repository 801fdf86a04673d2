import { DueQueue } from '../../src/load/order/delay-queue.ts';
import type { Clock } from '../../src/load/write/clock.ts';

/** A clock that goes from one piece of work to the next, without waiting. */
export class VirtualTime implements Clock {
  #nowMs = 0;
  readonly #due = new DueQueue<{ atMs: number; work: (() => void) | undefined }>();

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

  /** Goes on until `endMs`, or until nothing is to come. @param afterEach called when what a piece of work began has settled. */
  async run(endMs: number, afterEach: () => void): Promise<void> {
    for (let due = this.#due.shift(endMs); due !== undefined; due = this.#due.shift(endMs)) {
      if (due.work === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.work();
      // Promises that it has settled are taken up first.
      await new Promise(setImmediate);
      afterEach();
    }
  }
}
