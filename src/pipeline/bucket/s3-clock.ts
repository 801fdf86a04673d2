import type { PipelineClock } from './bucket.ts';

/** Milliseconds between checks of the time: a machine may sleep, or a function freeze, while a timer runs. */
const checkEveryMs = 1_000;

export interface ClockSources {
  /** Milliseconds that never decrease. May stop while the machine sleeps. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970, by this machine's clock. May jump. */
  readonly wallMs: () => number;
}

const processClocks: ClockSources = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** A clock that follows the time of S3. */
export class S3Clock implements PipelineClock {
  readonly #sources: ClockSources;
  readonly #startMonotonicMs: number;
  readonly #startWallMs: number;
  #lastDate: { readonly dateMs: number; readonly atMs: number } | undefined;

  constructor(sources: ClockSources = processClocks) {
    this.#sources = sources;
    this.#startMonotonicMs = sources.monotonicMs();
    this.#startWallMs = sources.wallMs();
  }

  /** Sets the clock to the Date of an S3 response. */
  syncTo(dateMs: number): void {
    this.#lastDate = { dateMs, atMs: this.elapsedMs() };
  }

  /** Uses this machine's clock until the first response of S3. */
  nowMs(): number {
    if (this.#lastDate === undefined) return this.#sources.wallMs();
    return this.#lastDate.dateMs + this.elapsedMs() - this.#lastDate.atMs;
  }

  /** Follows the faster of the two clocks, so that a lease ends too early rather than too late. */
  elapsedMs(): number {
    const { monotonicMs, wallMs } = this.#sources;
    return Math.max(monotonicMs() - this.#startMonotonicMs, wallMs() - this.#startWallMs);
  }

  after(ms: number, call: () => void): () => void {
    const dueMs = this.elapsedMs() + ms;
    let timer: NodeJS.Timeout;
    const check = (): void => {
      const leftMs = dueMs - this.elapsedMs();
      if (leftMs <= 0) call();
      else timer = setTimeout(check, Math.min(leftMs, checkEveryMs));
    };
    timer = setTimeout(check, Math.min(ms, checkEveryMs));
    return () => {
      clearTimeout(timer);
    };
  }
}
