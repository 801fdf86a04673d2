import { Buffer } from 'node:buffer';
import { createReadCanceledError, createDifferentKindError, createDifferentSourceError } from '../errors.ts';
import { readRange, type RemoteObject } from './read-range.ts';
import { defaultRetrySettings, type RetrySettings } from './retry-policy.ts';
import type { Source, SourceIdentity } from '../source.ts';

/** Bytes of the first chunk of `head`. Each later chunk is four times as long, up to the maximum. */
export const firstChunkBytes = 64 * 1024;
export const maxChunkBytes = 4 * 1024 * 1024;

/**
 * A remote object with an ETag, which identifies its version. It can be read from any offset, and a broken download
 * resumes. Connections are open only during a read.
 */
export class ObjectSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number;
  readonly #object: RemoteObject;
  readonly #retrySettings: RetrySettings;
  readonly #closed = new AbortController();

  /** @param endBytes Number of bytes to read from its start. The identity covers the whole object. */
  constructor(object: RemoteObject, retrySettings: RetrySettings = defaultRetrySettings, endBytes = object.sizeBytes) {
    this.name = object.name;
    this.baseName = object.baseName;
    this.storedBytes = endBytes;
    this.#object = object;
    this.#retrySettings = retrySettings;
  }

  storedOffset(offset: number): number {
    return offset;
  }

  identify(): Promise<SourceIdentity> {
    return Promise.resolve({ kind: 'object', sizeBytes: this.#object.sizeBytes, etag: this.#object.etag });
  }

  /** Reads chunk by chunk, each completely: this frees the connection for the next request. */
  async *head(): AsyncGenerator<Buffer, void, void> {
    // A server without ranges would send the whole object for each chunk.
    if (!this.#object.hasRanges) return yield* this.#readRange(0, this.storedBytes);
    let chunkBytes = firstChunkBytes;
    for (let at = 0; at < this.storedBytes;) {
      const to = Math.min(at + chunkBytes, this.storedBytes);
      const chunks: Buffer[] = [];
      for await (const chunk of this.#readRange(at, to)) chunks.push(chunk);
      yield Buffer.concat(chunks);
      at = to;
      chunkBytes = Math.min(4 * chunkBytes, maxChunkBytes);
    }
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    if (expected !== undefined) this.#assertSame(offset, expected);
    yield* this.#readRange(offset, this.storedBytes);
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  #readRange(from: number, to: number): AsyncGenerator<Buffer, void, void> {
    if (this.#closed.signal.aborted) throw createReadCanceledError(this.name);
    return readRange(this.#object, from, to, { signal: this.#closed.signal, retrySettings: this.#retrySettings });
  }

  #assertSame(offset: number, expected: SourceIdentity): void {
    if (expected.kind !== 'object') throw createDifferentKindError(this.name, expected, 'object');
    const { sizeBytes, etag } = this.#object;
    if (sizeBytes !== expected.sizeBytes) {
      throw createDifferentSourceError(this.name, `its size was ${expected.sizeBytes} bytes and is now ${sizeBytes}`);
    }
    if (etag !== expected.etag)
      throw createDifferentSourceError(this.name, `its ETag was ${expected.etag} and is now ${etag}`);
    if (offset > sizeBytes)
      throw createDifferentSourceError(this.name, `it ends before byte ${offset}, where the earlier run stopped`);
  }
}
