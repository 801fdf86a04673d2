import type { Clock } from './bucket.ts';

/** A machine may sleep, and a function be frozen, while a timer runs: so often the time is looked at. */
const lookEveryMs = 1_000;

export interface Times {
  /** Milliseconds that only go on; they may stand still while the machine sleeps. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970, as this machine has them; they may jump. */
  readonly wallMs: () => number;
}

const processTimes: Times = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** The clock of this process, set by what S3 says. */
export class S3Clock implements Clock {
  readonly #times: Times;
  readonly #startMonotonicMs: number;
  readonly #startWallMs: number;
  #heard: { readonly dateMs: number; readonly atMs: number } | undefined;

  constructor(times: Times = processTimes) {
    this.#times = times;
    this.#startMonotonicMs = times.monotonicMs();
    this.#startWallMs = times.wallMs();
  }

  /** An answer of S3 had this Date. */
  hear(dateMs: number): void {
    this.#heard = { dateMs, atMs: this.elapsedMs() };
  }

  /** By this machine, as long as S3 has said nothing. */
  nowMs(): number {
    return this.#heard === undefined ? this.#times.wallMs() : this.#heard.dateMs + this.elapsedMs() - this.#heard.atMs;
  }

  /** Whichever of both clocks went further: whoever counts a lease by it gives it back too early rather than too late. */
  elapsedMs(): number {
    const { monotonicMs, wallMs } = this.#times;
    return Math.max(monotonicMs() - this.#startMonotonicMs, wallMs() - this.#startWallMs);
  }

  after(ms: number, call: () => void): () => void {
    const dueMs = this.elapsedMs() + ms;
    let timer: NodeJS.Timeout;
    const look = (): void => {
      const leftMs = dueMs - this.elapsedMs();
      if (leftMs <= 0) call();
      else timer = setTimeout(look, Math.min(leftMs, lookEveryMs));
    };
    timer = setTimeout(look, Math.min(ms, lookEveryMs));
    return () => {
      clearTimeout(timer);
    };
  }
}
