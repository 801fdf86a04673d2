import { heartbeatMs } from '../limits.ts';

export interface HeartbeatOptions {
  /** Marks that requests are in flight now. May throw. */
  readonly mark: () => void;
  readonly isInFlight: () => boolean;
  /** Called with an error that `mark` throws while requests are in flight. */
  readonly onError: (error: unknown) => void;
}

/** Marks the moments with requests in flight: before the first request, and every second until none is in flight. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  /** Undefined if the last mark may be older than a second. */
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Call before a request if no other is in flight. @throws errors of `mark`; then do not send the request */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#options.mark();
    // The requests keep the process alive as long as it needs heartbeats.
    this.#timer = setInterval(this.#beat, heartbeatMs).unref();
  }

  readonly #beat = (): void => {
    const { mark, isInFlight, onError } = this.#options;
    if (!isInFlight()) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    try {
      mark();
    } catch (error) {
      onError(error);
    }
  };
}
