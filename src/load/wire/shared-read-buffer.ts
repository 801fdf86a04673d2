import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/**
 * How to connect so that all sockets read into one block of memory, of which what came is copied: Node would allocate such
 * a block for each read, which costs more than the rest of reading a short answer (`npm run bench`).
 */
export function readsInto(bytes: number, connect: buildConnector.BuildOptions): buildConnector.BuildOptions {
  const onread = {
    buffer: Buffer.allocUnsafeSlow(bytes),
    callback(this: Socket, length: number, read: Buffer): boolean {
      this.emit('data', Buffer.from(read.subarray(0, length)));
      return true;
    },
  };
  return { ...connect, onread };
}
