import type { Socket } from 'node:net';
import { ResponseReader, type RawAnswer, type Whole } from './http-response.ts';

/** No answer, or half of one: `TimeoutError`, `AnswerTooLarge`, or the code of Node's or undici's error. */
export interface LostAnswer {
  readonly kind: 'lost';
  readonly code: string;
}

export type Got = RawAnswer | LostAnswer;

/** A request on its way. */
export interface Pending {
  readonly head: string;
  readonly body: Uint8Array;
  readonly end: (got: Got) => void;
  isEnded: boolean;
}

/** A socket that was idle for longer may be closed by the other side at any moment. */
const longestIdleMs = 4_000;
/** Requests up to this size are sent as one piece; larger ones are not copied for that. */
const onePieceBytes = 64 * 1024;

interface Events {
  /** It can take a request. */
  readonly free: () => void;
  /** It is closed, and will take none. */
  readonly gone: () => void;
}

/** A socket, and the request that is on its way over it. */
export class Connection {
  readonly #socket: Socket;
  readonly #events: Events;
  readonly #reader = new ResponseReader();
  #pending: Pending | undefined;
  /** Whether that went out: what comes before can be no answer to it. */
  #isSent = false;
  #isGone = false;
  #idleSinceMs = 0;
  /** Where head and body are put together; not touched before the socket has taken what was in it. */
  #piece: Buffer | undefined;

  constructor(socket: Socket, events: Events) {
    this.#socket = socket;
    this.#events = events;
    socket.on('data', this.#read);
    socket.on('end', this.#end);
    socket.on('error', (error: Error) => {
      this.#lose(codeOf(error));
    });
    socket.on('close', () => {
      this.#lose('ECONNRESET');
    });
  }

  /** To be called once, when its owner knows it. */
  start(): void {
    this.#free();
  }

  holds(pending: Pending): boolean {
    return this.#pending === pending;
  }

  /**
   * To be followed by `write`.
   * @returns false where it is closed, or idle for too long: then it is gone.
   */
  take(pending: Pending): boolean {
    if (this.#isGone) return false;
    if (performance.now() - this.#idleSinceMs > longestIdleMs) {
      this.destroy();
      return false;
    }
    this.#pending = pending;
    this.#isSent = false;
    return true;
  }

  /** Sends the request that it took; of one whose time is over meanwhile, nothing. */
  write(): void {
    if (this.#pending === undefined) return;
    this.#isSent = true;
    const { head, body } = this.#pending;
    const bytes = head.length + body.length;
    if (bytes > onePieceBytes) {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
      return;
    }
    let piece = this.#socket.writableLength === 0 ? this.#piece : undefined;
    if (piece === undefined || piece.length < bytes) {
      piece = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
      this.#piece = piece;
    }
    piece.write(head, 0, 'latin1');
    piece.set(body, head.length);
    this.#socket.write(piece.subarray(0, bytes));
  }

  destroy(): void {
    this.#socket.destroy();
    this.#lose('ECONNRESET');
  }

  readonly #read = (bytes: Buffer): void => {
    // Nothing was asked for.
    if (this.#pending === undefined || !this.#isSent) {
      this.destroy();
      return;
    }
    try {
      const whole = this.#reader.push(bytes);
      if (whole !== undefined) this.#give(whole);
    } catch (error) {
      this.#lose(error instanceof Error ? codeOf(error) : 'AnswerUnreadable');
      this.#socket.destroy();
    }
  };

  readonly #end = (): void => {
    const whole = this.#pending && this.#reader.end();
    if (whole !== undefined) this.#give(whole);
    else this.#lose('ECONNRESET');
    this.#socket.destroy();
  };

  #give({ answer, keepsAlive }: Whole): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.end(answer);
    if (keepsAlive) this.#free();
    else this.destroy();
  }

  #free(): void {
    this.#idleSinceMs = performance.now();
    this.#events.free();
  }

  #lose(code: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.end({ kind: 'lost', code });
    if (this.#isGone) return;
    this.#isGone = true;
    this.#events.gone();
  }
}

/** undici and TLS wrap the socket's own error, which tells more. */
export function codeOf(error: Error): string {
  for (const one of [error.cause, error]) {
    if (one instanceof Error && 'code' in one && typeof one.code === 'string' && one.code !== '') return one.code;
  }
  return error.name;
}
