import { rejectOnAbort } from './reject-on-abort.ts';
import { LoaderError } from '../errors.ts';

/** The reason that a run stops early, and a signal for everything that waits. Keeps the first reason. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #stop: AbortSignal;
  readonly #interrupt = (): void => {
    this.cancel(new LoaderError('INTERRUPTED', 'interrupted', { hint: 'Resume with --resume.' }));
  };
  #reason: LoaderError | undefined;

  /** @param stop aborted when the user interrupts the run */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
    if (stop.aborted) this.#interrupt();
    else stop.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Removes the listener from the user's signal, which can outlive the run. */
  close(): void {
    this.#stop.removeEventListener('abort', this.#interrupt);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined while the run continues. */
  get reason(): LoaderError | undefined {
    return this.#reason;
  }

  /** @param error reported as INTERNAL unless it is a LoaderError */
  cancel(error: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason =
      error instanceof LoaderError
        ? error
        : new LoaderError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
    this.#controller.abort();
  }

  /** Yields the chunks until they end or the run is canceled, even if the source stalls. */
  async *untilCanceled<T>(chunks: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const result = await rejectOnAbort(iterator.next(), this.signal);
        if (result.done === true) return;
        yield result.value;
      }
    } catch (error) {
      if (!this.signal.aborted) throw error;
    } finally {
      // Not awaited: a stalled source would never settle it.
      iterator.return?.().catch(() => undefined);
    }
  }
}
