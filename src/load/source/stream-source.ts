import type { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { LoaderError } from '../../errors.ts';
import type { Compression } from '../settings.ts';
import {
  createDifferentKindError,
  createDifferentSourceError,
  createReadCanceledError,
  createUnreadableSourceError,
} from './errors.ts';
import { DecompressionProgress } from './compression/decompression-progress.ts';
import { CompressedInput } from './compression/compressed-input.ts';
import { PrefixHasher } from './prefix-hasher.ts';
import type { Source, SourceIdentity } from './source.ts';
import { decompress, detectCompression } from './compression/decompress.ts';

type StreamIdentity = Extract<SourceIdentity, { kind: 'stdin' }>;

export interface StreamOptions {
  readonly compression: Compression;
  /** Size of the stream, compressed or not (default: unknown). */
  readonly storedBytes?: number | undefined;
}

/** Opens a stream of buffers with separate memory. `closed` is aborted when the source is closed. */
export type OpenStream = (closed: AbortSignal) => AsyncIterable<Buffer> | Readable;

/**
 * A source that can be read only once and from its start: standard input, a named pipe, a URL without an ETag. The
 * hash of the decompressed bytes read so far identifies it.
 */
export class StreamSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number | undefined;
  readonly #openStream: OpenStream;
  readonly #compression: Compression;
  readonly #progress = new DecompressionProgress();
  readonly #hasher = new PrefixHasher();
  #stream: Readable | undefined;
  #chunks: AsyncGenerator<Buffer, void, void> | undefined;
  /** Chunks that `head` has read and `read` has not yielded yet. */
  #kept: Buffer[] = [];
  #error: LoaderError | undefined;
  /** Identity that the next bytes are compared with; undefined once they match. */
  #expected: StreamIdentity | undefined;
  readonly #closed = new AbortController();

  /** @param openStream Called once, by `head` or `read`. */
  constructor(name: string, baseName: string, openStream: OpenStream, options: StreamOptions) {
    this.name = name;
    this.baseName = baseName;
    this.storedBytes = options.storedBytes;
    this.#openStream = openStream;
    this.#compression = options.compression;
  }

  storedOffset(offset: number): number {
    return this.#progress.storedOffset(offset);
  }

  identify(frontierOffset: number): Promise<SourceIdentity> {
    if (this.#expected !== undefined) return Promise.resolve(this.#expected);
    return Promise.resolve({ kind: 'stdin', ...this.#hasher.findCovering(frontierOffset) });
  }

  /** Reads no more than requested. `read` yields the same chunks again. */
  async *head(): AsyncGenerator<Buffer, void, void> {
    for (let index = 0; ; index++) {
      const chunk = this.#kept[index] ?? (await this.#keepNext());
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    if (expected !== undefined && expected.kind !== 'stdin')
      throw createDifferentKindError(this.name, expected, 'stdin');
    this.#expected = expected;
    try {
      // Chunks are held back until everything that the earlier run read has matched.
      let held: Buffer[] = [];
      for (let chunk = await this.#take(); chunk !== undefined; chunk = await this.#take()) {
        const before = this.#hasher.bytes;
        this.#hash(chunk);
        if (this.#hasher.bytes > offset) held.push(before < offset ? chunk.subarray(offset - before) : chunk);
        else this.#hasher.findCovering(offset);
        if (this.#expected !== undefined) continue;
        yield* held;
        held = [];
      }
    } finally {
      await this.close();
    }
    const needed = Math.max(offset, expected?.hashedBytes ?? 0);
    if (this.#hasher.bytes < needed) {
      throw createDifferentSourceError(
        this.name,
        `it ends at byte ${this.#hasher.bytes}, before byte ${needed}, where the earlier run stopped`,
      );
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#stream?.destroy();
    // Because the stream is destroyed, this does not wait for the next chunk.
    await this.#chunks?.return().catch(() => undefined);
  }

  async #keepNext(): Promise<Buffer | undefined> {
    const chunk = await this.#next();
    if (chunk !== undefined) this.#kept.push(chunk);
    return chunk;
  }

  async #take(): Promise<Buffer | undefined> {
    this.#assertOpen();
    return this.#kept.shift() ?? this.#next();
  }

  /** Reads the next chunk. After an error, always throws that error: a broken stream must not look complete. */
  async #next(): Promise<Buffer | undefined> {
    try {
      this.#assertOpen();
      if (this.#error !== undefined) throw this.#error;
      this.#chunks ??= this.#start();
      const { done, value } = await this.#chunks.next();
      this.#assertOpen();
      return done === true ? undefined : value;
    } catch (error) {
      this.#error ??= this.#explain(error);
      throw this.#error;
    }
  }

  #start(): AsyncGenerator<Buffer, void, void> {
    const opened = this.#openStream(this.#closed.signal);
    // A Readable can be destroyed while its next chunk is awaited.
    this.#stream = opened instanceof Readable ? opened : Readable.from(opened, { highWaterMark: 1 });
    return decompressStream(this.#stream, this.#compression, this.name, this.#progress);
  }

  /** Hashes a chunk, and compares the hash with the expected one as soon as enough bytes have arrived. */
  #hash(chunk: Buffer): void {
    const expected = this.#expected;
    const missing = (expected?.hashedBytes ?? 0) - this.#hasher.bytes;
    if (expected === undefined || chunk.length < missing) {
      this.#hasher.add(chunk);
      return;
    }
    // Chunk boundaries differ between runs, so this chunk is split where the expected hash ends.
    const { sha256 } = this.#hasher.add(chunk.subarray(0, missing));
    if (sha256 !== expected.sha256) {
      throw createDifferentSourceError(this.name, `its first ${expected.hashedBytes} bytes are different`);
    }
    this.#expected = undefined;
    if (chunk.length > missing) this.#hasher.add(chunk.subarray(missing));
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw createReadCanceledError(this.name);
  }

  #explain(error: unknown): LoaderError {
    if (this.#closed.signal.aborted) return createReadCanceledError(this.name);
    const keptBytes = this.#kept.reduce((sum, { length }) => sum + length, 0);
    return error instanceof LoaderError
      ? error
      : createUnreadableSourceError(this.name, error, this.#hasher.bytes + keptBytes);
  }
}

async function* decompressStream(
  stream: Readable,
  compression: Compression,
  name: string,
  progress: DecompressionProgress,
): AsyncGenerator<Buffer, void, void> {
  const input = new CompressedInput(stream as AsyncIterable<Buffer>);
  yield* decompress(input, await detectCompression(input, compression, name), name, progress);
}
