import { random, type Random } from '../random.ts';
import { Heap, type Timer } from './heap.ts';

/**
 * Virtual time that jumps to the next timer, and random numbers from a seed. Asynchronous code repeats exactly with
 * the same seed.
 */
export class Simulation {
  nowMs: number;
  readonly chance: Random;
  readonly #startMs: number;
  readonly #entries: (readonly [number, string])[] = [];
  readonly #due = new Heap();
  #order = 0;
  #violation: string | undefined;

  constructor(seed: number, startMs = Date.UTC(2026, 0, 1)) {
    this.chance = random(seed);
    this.nowMs = startMs;
    this.#startMs = startMs;
  }

  log(text: string): void {
    this.#entries.push([this.nowMs, text]);
  }

  /** The logged events, each with the seconds since the start. */
  get history(): string[] {
    return this.#entries.map(([ms, text]) => `${((ms - this.#startMs) / 1000).toFixed(3).padStart(10)}  ${text}`);
  }

  /** Records a broken invariant, which ends the run. An exception would be caught by the code under test. */
  violate(text: string): void {
    this.log(`VIOLATION ${text}`);
    this.#violation ??= text;
  }

  /** Calls `call` after `ms`. @returns a function that cancels it. */
  after(ms: number, call: () => void): () => void {
    const due: Timer = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, call, isCanceled: false };
    this.#due.add(due);
    return () => {
      due.isCanceled = true;
    };
  }

  between(min: number, max: number): number {
    return min + this.chance() * (max - min);
  }

  /**
   * Runs until `isOver` returns true, no timer is left, or `maxMs` have passed.
   * @returns whether `isOver` returned true.
   * @throws Error if an invariant was broken.
   */
  async run(isOver: () => boolean, maxMs: number): Promise<boolean> {
    const endMs = this.nowMs + maxMs;
    for (;;) {
      await flushPromises();
      if (this.#violation !== undefined) throw new Error(this.#violation);
      if (isOver()) return true;
      const next = this.#due.peek();
      if (next === undefined) return false;
      if (next.atMs > endMs) {
        this.nowMs = endMs;
        return false;
      }
      this.#due.take();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.call();
    }
  }
}

/** Resolves when no promise can continue: Node runs its ticks after the last microtask. */
function flushPromises(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
