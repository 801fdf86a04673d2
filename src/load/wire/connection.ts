import type { Socket } from 'node:net';
import { ResponseReader, type RawResponse, type CompleteResponse } from './http-response.ts';

/** No complete response: `TimeoutError`, `ResponseTooLarge`, `InvalidResponse`, or the code of Node's error. */
interface LostResponse {
  readonly kind: 'lost';
  readonly code: string;
}

export type ExchangeResult = RawResponse | LostResponse;

/** A request that waits for a connection or a response. */
export interface PendingRequest {
  readonly head: string;
  readonly body: Uint8Array;
  readonly end: (result: ExchangeResult) => void;
  isEnded: boolean;
}

/** The server may close a socket at any moment after it was idle for this long. */
const maxIdleMs = 4_000;
/** Requests up to this size are copied into one piece. */
const maxPieceBytes = 64 * 1024;

interface ConnectionEvents {
  /** The connection can send a request. */
  readonly onFree: () => void;
  /** The connection is closed. */
  readonly onClosed: () => void;
}

/** A socket and the request that it is sending. */
export class Connection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #reader = new ResponseReader();
  #pending: PendingRequest | undefined;
  /** Whether the request was sent: bytes that arrive before cannot be its response. */
  #isSent = false;
  #isClosed = false;
  #idleSinceMs = 0;
  /** Memory for head and body. Not changed before the socket has taken the previous content. */
  #piece: Buffer | undefined;

  constructor(socket: Socket, events: ConnectionEvents) {
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

  /** Call once, when the pool has stored the connection. */
  start(): void {
    this.#free();
  }

  holds(pending: PendingRequest): boolean {
    return this.#pending === pending;
  }

  /**
   * Assigns a request; `write` sends it.
   * @returns false if the connection is closed, or was idle for too long and is closed now.
   */
  assign(pending: PendingRequest): boolean {
    if (this.#isClosed) return false;
    if (performance.now() - this.#idleSinceMs > maxIdleMs) {
      this.destroy();
      return false;
    }
    this.#pending = pending;
    this.#isSent = false;
    return true;
  }

  /** Sends the assigned request, unless it has timed out. */
  write(): void {
    if (this.#pending === undefined) return;
    this.#isSent = true;
    const { head, body } = this.#pending;
    const bytes = head.length + body.length;
    if (bytes > maxPieceBytes) {
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
    // No request is waiting for these bytes.
    if (this.#pending === undefined || !this.#isSent) {
      this.destroy();
      return;
    }
    try {
      const complete = this.#reader.push(bytes);
      if (complete !== undefined) this.#finish(complete);
    } catch (error) {
      this.#lose(error instanceof Error ? codeOf(error) : 'InvalidResponse');
      this.#socket.destroy();
    }
  };

  readonly #end = (): void => {
    const complete = this.#pending && this.#reader.end();
    if (complete !== undefined) this.#finish(complete);
    else this.#lose('ECONNRESET');
    this.#socket.destroy();
  };

  #finish({ response, keepsAlive }: CompleteResponse): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.end(response);
    if (keepsAlive) this.#free();
    else this.destroy();
  }

  #free(): void {
    this.#idleSinceMs = performance.now();
    this.#events.onFree();
  }

  #lose(code: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.end({ kind: 'lost', code });
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.onClosed();
  }
}

/** Returns the code of the error. TLS wraps the socket's own error, which is more precise. */
export function codeOf(error: Error): string {
  for (const one of [error.cause, error]) {
    if (one instanceof Error && 'code' in one && typeof one.code === 'string' && one.code !== '') return one.code;
  }
  return error.name;
}
