import { Buffer } from 'node:buffer';
import type { OnReadOpts, Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { Route } from '../../aws/net/route.ts';
import { codeOf, Connection, type Got, type Pending } from './connection.ts';

/** Of what has come, so much is read at a time: an answer is seldom longer. */
const answerBytes = 64 * 1024;

/**
 * Sends POST requests over keep-alive sockets, one at a time over each; undici makes the connections. Redirects are not followed. What is wrong with an answer, or
 * with a connection, loses that answer and the socket with it.
 */
export class Sockets {
  readonly #most: number;
  readonly #connect: buildConnector.connector;
  readonly #target: buildConnector.Options;
  readonly #all = new Set<Connection>();
  /** The one that was used last is taken first. */
  readonly #idle: Connection[] = [];
  readonly #waiting: Pending[] = [];
  /** Those with a request to be written when this turn of the event loop ends. */
  #toWrite: Connection[] = [];
  /** Connections that are being made. */
  #opening = 0;
  #isClosed = false;

  /** @param most sockets at most. */
  constructor({ origin, connect }: Pick<Route, 'origin' | 'connect'>, most: number) {
    this.#most = most;
    this.#connect =
      typeof connect === 'function' ? connect : buildConnector({ ...connect, onread: readingIntoOneBlock() });
    const { protocol, host, hostname, port } = new URL(origin);
    this.#target = { protocol, host, port, hostname: hostname.replace(/^\[(.*)\]$/, '$1') };
  }

  /**
   * Sends one request and waits for its answer. Never rejects.
   * @param headers Names and values by turns; `content-length` is added.
   * @param timeoutMs Milliseconds until the answer's last byte, waiting for a connection included. When they are over the
   * request's socket is destroyed, so that what is still in it cannot arrive later.
   */
  exchange(path: string, headers: readonly string[], body: Uint8Array, timeoutMs: number): Promise<Got> {
    return new Promise((resolve) => {
      const pending: Pending = {
        head: headOf(path, headers, body.length),
        body,
        isEnded: false,
        end: (got) => {
          if (pending.isEnded) return;
          pending.isEnded = true;
          clearTimeout(timer);
          resolve(got);
        },
      };
      const timer = setTimeout(() => {
        pending.end({ kind: 'lost', code: 'TimeoutError' });
        for (const connection of this.#all) if (connection.holds(pending)) connection.destroy();
      }, timeoutMs);
      this.#send(pending);
    });
  }

  /** What is under way, and what comes after, is lost. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#all) connection.destroy();
    for (const pending of this.#waiting.splice(0)) pending.end({ kind: 'lost', code: 'Closed' });
  }

  #send(pending: Pending): void {
    if (this.#isClosed) {
      pending.end({ kind: 'lost', code: 'Closed' });
      return;
    }
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#give(idle, pending)) return;
    }
    this.#waiting.push(pending);
    if (this.#all.size + this.#opening < this.#most) this.#open();
  }

  /** @returns false where the connection takes none. */
  #give(connection: Connection, pending: Pending): boolean {
    if (!connection.take(pending)) return false;
    if (this.#toWrite.push(connection) === 1) setImmediate(this.#writeAll);
    return true;
  }

  /** One behind the other they cost a tenth less CPU (`npm run bench`): the other side wakes up once for several. */
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
      // Whoever has waited longest hears of it, and the next one tries for itself.
      this.#next()?.end({ kind: 'lost', code: error === null ? 'Closed' : codeOf(error) });
      if (this.#waiting.length > this.#opening && this.#all.size + this.#opening < this.#most) this.#open();
    });
  }

  #add(socket: Socket): void {
    const connection = new Connection(socket, {
      free: () => {
        const pending = this.#next();
        if (pending === undefined) this.#idle.push(connection);
        else if (!this.#give(connection, pending)) this.#send(pending);
      },
      gone: () => {
        this.#all.delete(connection);
        const at = this.#idle.indexOf(connection);
        if (at !== -1) this.#idle.splice(at, 1);
        if (this.#waiting.length > this.#opening && !this.#isClosed) this.#open();
      },
    });
    this.#all.add(connection);
    connection.start();
  }

  /** The one that waits longest, and whose time is not over: of the others not a byte goes out. */
  #next(): Pending | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!next.isEnded) return next;
    }
    return undefined;
  }
}

/**
 * All sockets read into one block of memory, of which what came is copied: Node would allocate such a block for each read,
 * which costs more than the rest of reading a short answer (`npm run bench`).
 */
function readingIntoOneBlock(): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(answerBytes),
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
