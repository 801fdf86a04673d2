import { unlessAborted } from './abortable.ts';
import { LoaderError } from '../errors.ts';

/**
 * Why a run does not go on, and the signal that says so to everything that waits. The first reason stands.
 */
export class Halt {
  readonly #controller = new AbortController();
  readonly #stop: AbortSignal;
  readonly #interrupted = (): void => {
    this.because(new LoaderError('INTERRUPTED', 'interrupted', { hint: 'nothing is lost: go on with --resume' }));
  };
  #reason: LoaderError | undefined;

  /** @param stop the user's wish to stop. */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
    if (stop.aborted) this.#interrupted();
    else stop.addEventListener('abort', this.#interrupted, { once: true });
  }

  /** Listens no more to the user's wish: it may outlive the run. */
  close(): void {
    this.#stop.removeEventListener('abort', this.#interrupted);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): LoaderError | undefined {
    return this.#reason;
  }

  because(error: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason =
      error instanceof LoaderError
        ? error
        : new LoaderError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
    this.#controller.abort();
  }

  /** The chunks, until they end or the run is halted: a source that stalls does not keep a halted run. */
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
