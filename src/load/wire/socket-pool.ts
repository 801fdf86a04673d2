import { Buffer } from 'node:buffer';
import type { OnReadOpts, Socket } from 'node:net';
import type { HttpRoute } from '../../aws/net/route.ts';
import { codeOf, Connection, type ExchangeResult, type PendingRequest } from './connection.ts';

/** Bytes read at a time: responses are seldom longer. */
const readBytes = 64 * 1024;

/**
 * Sends POST requests over keep-alive sockets, one request at a time over each. Does not follow redirects.
 * An invalid response, or a failed connection, loses the response and closes the socket.
 */
export class SocketPool {
  readonly #maxSockets: number;
  readonly #connect: HttpRoute['connect'];
  readonly #target: Parameters<HttpRoute['connect']>[0];
  readonly #all = new Set<Connection>();
  /** The most recently used connection is taken first. */
  readonly #idle: Connection[] = [];
  readonly #waiting: PendingRequest[] = [];
  /** Connections with a request that is sent at the end of this turn of the event loop. */
  #toWrite: Connection[] = [];
  /** Number of connections that are being opened. */
  #opening = 0;
  #isClosed = false;

  constructor({ origin, connect }: Pick<HttpRoute, 'origin' | 'connect'>, maxSockets: number) {
    this.#maxSockets = maxSockets;
    this.#connect = connect;
    const { protocol, host, hostname, port } = new URL(origin);
    this.#target = { protocol, host, port, hostname: hostname.replace(/^\[(.*)\]$/, '$1') };
  }

  /**
   * Sends one request and waits for its response. Never rejects.
   * @param headers Names and values in turn; `content-length` is added.
   * @param timeoutMs Milliseconds until the last byte of the response, including the wait for a connection. After a timeout
   * the socket is destroyed, so that a late response cannot arrive.
   */
  exchange(path: string, headers: readonly string[], body: Uint8Array, timeoutMs: number): Promise<ExchangeResult> {
    return new Promise((resolve) => {
      const pending: PendingRequest = {
        head: headOf(path, headers, body.length),
        body,
        isEnded: false,
        end: (result) => {
          if (pending.isEnded) return;
          pending.isEnded = true;
          clearTimeout(timer);
          resolve(result);
        },
      };
      const timer = setTimeout(() => {
        pending.end({ kind: 'lost', code: 'TimeoutError' });
        for (const connection of this.#all) if (connection.holds(pending)) connection.destroy();
      }, timeoutMs);
      this.#send(pending);
    });
  }

  /** Ends all requests as lost, now and later. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#all) connection.destroy();
    for (const pending of this.#waiting.splice(0)) pending.end({ kind: 'lost', code: 'Closed' });
  }

  #send(pending: PendingRequest): void {
    if (this.#isClosed) {
      pending.end({ kind: 'lost', code: 'Closed' });
      return;
    }
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#assign(idle, pending)) return;
    }
    this.#waiting.push(pending);
    if (this.#all.size + this.#opening < this.#maxSockets) this.#open();
  }

  /** @returns false if the connection cannot take the request. */
  #assign(connection: Connection, pending: PendingRequest): boolean {
    if (!connection.assign(pending)) return false;
    if (this.#toWrite.push(connection) === 1) setImmediate(this.#writeAll);
    return true;
  }

  /** Writes of one turn together cost 10 % less CPU (`npm run bench`): the server wakes up once for several requests. */
  readonly #writeAll = (): void => {
    const connections = this.#toWrite;
    this.#toWrite = [];
    for (const connection of connections) connection.write();
  };

  #open(): void {
    this.#opening++;
    this.#connect(this.#target, (...[error, socket]) => {
      this.#opening--;
      if (error === null && !this.#isClosed) {
        this.#add(socket);
        return;
      }
      socket?.destroy();
      // The oldest request fails with this error; the next one opens its own connection.
      this.#next()?.end({ kind: 'lost', code: error === null ? 'Closed' : codeOf(error) });
      const canOpen = this.#all.size + this.#opening < this.#maxSockets;
      if (canOpen && this.#waiting.length > this.#opening) this.#open();
    });
  }

  #add(socket: Socket): void {
    const connection = new Connection(socket, {
      onFree: () => {
        const pending = this.#next();
        if (pending === undefined) this.#idle.push(connection);
        else if (!this.#assign(connection, pending)) this.#send(pending);
      },
      onClosed: () => {
        this.#all.delete(connection);
        const at = this.#idle.indexOf(connection);
        if (at !== -1) this.#idle.splice(at, 1);
        if (this.#waiting.length > this.#opening && !this.#isClosed) this.#open();
      },
    });
    this.#all.add(connection);
    connection.start();
  }

  /** Removes the oldest waiting request that has not timed out. */
  #next(): PendingRequest | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.isEnded) return next;
    }
    return undefined;
  }
}

/**
 * Makes all sockets read into one buffer and copies the received bytes. Node would allocate a buffer for each read, which
 * costs more than the rest of reading a short response (`npm run bench`).
 */
export function shareReadBuffer(): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback(this: Socket, length: number, read: Buffer): boolean {
      this.emit('data', Buffer.from(read.subarray(0, length)));
      return true;
    },
  };
}

function headOf(path: string, headers: readonly string[], bodyBytes: number): string {
  let head = `POST ${path} HTTP/1.1\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return `${head}content-length: ${bodyBytes}\r\n\r\n`;
}
