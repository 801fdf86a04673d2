import type { LoadListener } from '../load/listener.ts';
import type { Progress } from '../load/summary.ts';
import type { LoadOptions } from './options.ts';

type CallbackOptions = Pick<LoadOptions, 'signal' | 'onProgress' | 'progressEveryMs' | 'onMessage'>;

/** Calls the callbacks of the caller. If one throws, the load stops and throws the same error. */
export class Callbacks implements Pick<LoadListener, 'phase' | 'begin' | 'say'> {
  /** Aborted by the caller's signal or when a callback throws. */
  readonly stop: AbortSignal;
  readonly #options: CallbackOptions;
  readonly #failed = new AbortController();
  #look: (() => Progress) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(options: CallbackOptions) {
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
    if (onProgress !== undefined) this.#timer = setInterval(this.reportProgress, progressEveryMs);
  };

  /** Calls `onProgress` with the current progress, unless the load has not begun. */
  readonly reportProgress = (): void => {
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
      // A promise is not awaited, but its rejection stops the load.
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
