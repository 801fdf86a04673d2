import { unlessAborted } from './abortable.ts';
import { LoaderError } from '../errors.ts';

/** Why a run stops early, and the signal for everything that waits. The first reason is kept. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #stop: AbortSignal;
  readonly #interrupt = (): void => {
    this.cancel(new LoaderError('INTERRUPTED', 'interrupted', { hint: 'nothing is lost: go on with --resume' }));
  };
  #reason: LoaderError | undefined;

  /** @param stop aborted when the user wants to stop */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
    if (stop.aborted) this.#interrupt();
    else stop.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Stops listening to the user's signal, which may outlive the run. */
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

  /** @param error anything but a LoaderError is a bug: INTERNAL */
  cancel(error: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason =
      error instanceof LoaderError
        ? error
        : new LoaderError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
    this.#controller.abort();
  }

  /** Yields the chunks until they end or the run is cancelled: a source that stalls does not delay a cancelled run. */
  async *until<T>(chunks: AsyncIterable<T>): AsyncGenerator<T, void, void> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const result = await unlessAborted(iterator.next(), this.signal);
        if (result.done === true) return;
        yield result.value;
      }
    } catch (error) {
      if (!this.signal.aborted) throw error;
    } finally {
      // Not awaited: a source that stalls would not answer.
      iterator.return?.().catch(() => undefined);
    }
  }
}
