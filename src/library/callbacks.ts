import type { Report } from '../load/listener.ts';
import type { Progress } from '../load/summary.ts';
import type { LoadOptions } from './options.ts';

const ignore = (): void => undefined;

/** Calls back whoever wants to know. A callback that throws stops the load, and is what it ends with. */
export class Callbacks implements Pick<Report, 'phase' | 'begin' | 'say'> {
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: LoadOptions['onProgress'];
  readonly #onMessage: LoadOptions['onMessage'];
  readonly #everyMs: number;
  #look: (() => Progress) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(
    signal: AbortSignal | undefined,
    onProgress: LoadOptions['onProgress'],
    everyMs: number,
    onMessage: LoadOptions['onMessage'],
  ) {
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#everyMs = everyMs;
    this.#onMessage = onMessage;
    if (signal?.aborted === true) this.#interrupt();
    else signal?.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Aborted by the caller's signal, or where a callback threw. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  readonly phase = ignore;

  readonly say = (text: string): void => {
    this.#call(() => this.#onMessage?.(text));
  };

  readonly begin = (look: () => Progress): void => {
    this.#look = look;
    if (this.#onProgress !== undefined) this.#timer = setInterval(this.last, this.#everyMs);
  };

  /** Tells how far it is now. */
  readonly last = (): void => {
    const look = this.#look;
    if (look !== undefined) this.#call(() => this.#onProgress?.(look()));
  };

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#signal?.removeEventListener('abort', this.#interrupt);
  }

  readonly #interrupt = (): void => {
    this.#stop.abort();
  };

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
    this.#stop.abort();
  };
}
