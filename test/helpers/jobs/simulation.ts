import { random, type Random } from '../random.ts';
import { Heap, type Due } from './heap.ts';

/** Time that jumps from one happening to the next, and chance that a seed repeats: a world in which asynchronous code runs the same each time. */
export class Simulation {
  nowMs: number;
  readonly chance: Random;
  readonly #startMs: number;
  readonly #told: (readonly [number, string])[] = [];
  readonly #due = new Heap();
  #order = 0;
  #violation: string | undefined;

  constructor(seed: number, startMs = Date.UTC(2026, 0, 1)) {
    this.chance = random(seed);
    this.nowMs = startMs;
    this.#startMs = startMs;
  }

  tell(text: string): void {
    this.#told.push([this.nowMs, text]);
  }

  /** What was told, with the seconds from the beginning on. */
  get history(): string[] {
    return this.#told.map(([ms, text]) => `${((ms - this.#startMs) / 1000).toFixed(3).padStart(10)}  ${text}`);
  }

  /** Something happened that never may: the run ends. Code that is tried catches what is thrown, and would hide it. */
  violate(text: string): void {
    this.tell(`VIOLATION ${text}`);
    this.#violation ??= text;
  }

  /** @returns what takes it back. */
  after(ms: number, call: () => void): () => void {
    const due: Due = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, call, isCancelled: false };
    this.#due.add(due);
    return () => {
      due.isCancelled = true;
    };
  }

  between(least: number, most: number): number {
    return least + this.chance() * (most - least);
  }

  /**
   * Runs until `isOver`, or nothing is to come, or so much time has passed.
   * @returns whether it was over.
   * @throws Error where something happened that never may.
   */
  async run(isOver: () => boolean, longestMs: number): Promise<boolean> {
    const endMs = this.nowMs + longestMs;
    for (;;) {
      await settled();
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

/** Once all promises that can go on have done so: Node looks at its ticks when no microtask is left. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
