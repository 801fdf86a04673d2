import type { Report } from '../load/listener.ts';
import type { Progress } from '../load/summary.ts';
import type { LoadOptions } from './options.ts';

type Called = Pick<LoadOptions, 'signal' | 'onProgress' | 'progressEveryMs' | 'onMessage'>;

/** Calls back whoever wants to know. A callback that throws stops the load, and is what it ends with. */
export class Callbacks implements Pick<Report, 'phase' | 'begin' | 'say'> {
  /** Aborted by the caller's signal, or where a callback threw. */
  readonly stop: AbortSignal;
  readonly #options: Called;
  readonly #failed = new AbortController();
  #look: (() => Progress) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(options: Called) {
    this.#options = options;
    this.stop = AbortSignal.any([this.#failed.signal, ...(options.signal ? [options.signal] : [])]);
  }

  readonly phase = (): void => undefined;

  readonly say = (text: string): void => {
    this.#call(() => this.#options.onMessage?.(text));
  };

  readonly begin = (look: () => Progress): void => {
    const { onProgress, progressEveryMs = 1000 } = this.#options;
    this.#look = look;
    if (onProgress !== undefined) this.#timer = setInterval(this.last, progressEveryMs);
  };

  /** Tells how far it is now. */
  readonly last = (): void => {
    const look = this.#look;
    if (look !== undefined) this.#call(() => this.#options.onProgress?.(look()));
  };

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #call(callback: () => unknown): void {
    if (this.#failure !== undefined) return;
    try {
      const result = callback();
      // It is not waited for, but what it rejects with is not lost.
      if (result instanceof Promise) result.catch(this.#fail);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  readonly #fail = (thrown: unknown): void => {
    this.#failure ??= { thrown };
    this.#failed.abort();
  };
}
