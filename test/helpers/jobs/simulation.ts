import { random, type Random } from '../random.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

/** Time that jumps from one happening to the next, and chance that a seed repeats: a world in which asynchronous code runs the same each time. */
export class Simulation {
  nowMs: number;
  readonly chance: Random;
  readonly history: string[] = [];
  readonly #startMs: number;
  #due: Due[] = [];
  #order = 0;

  constructor(seed: number, startMs = Date.UTC(2026, 0, 1)) {
    this.chance = random(seed);
    this.nowMs = startMs;
    this.#startMs = startMs;
  }

  tell(text: string): void {
    this.history.push(`${((this.nowMs - this.#startMs) / 1000).toFixed(3).padStart(10)}  ${text}`);
  }

  /** @returns what takes it back. */
  after(ms: number, call: () => void): () => void {
    const due = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, call };
    this.#due.push(due);
    return () => {
      this.#due = this.#due.filter((other) => other !== due);
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  between(least: number, most: number): number {
    return least + this.chance() * (most - least);
  }

  /** Runs until `isOver`, or nothing is to come, or so much time has passed. @returns whether it was over. */
  async run(isOver: () => boolean, longestMs: number): Promise<boolean> {
    const endMs = this.nowMs + longestMs;
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (isOver()) return true;
      let next: Due | undefined;
      for (const due of this.#due) {
        if (next === undefined || due.atMs < next.atMs || (due.atMs === next.atMs && due.order < next.order))
          next = due;
      }
      if (next === undefined || next.atMs > endMs) return false;
      const found = next;
      this.#due = this.#due.filter((due) => due !== found);
      this.nowMs = Math.max(this.nowMs, found.atMs);
      found.call();
    }
  }
}
