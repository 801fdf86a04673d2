import type { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { LoaderError } from '../../errors.ts';
import type { Compression } from '../settings.ts';
import { closedWhileRead, notOfKind, notTheSame, unreadable } from './errors.ts';
import { Meter } from './packed/progress.ts';
import { PackedInput } from './packed/packed-input.ts';
import { RollingHash } from './prefix-hash.ts';
import type { Source, SourceIdentity } from './source.ts';
import { packingOf, unpack } from './packed/unpack.ts';

type StreamIdentity = Extract<SourceIdentity, { kind: 'stdin' }>;

export interface StreamOptions {
  readonly compression: Compression;
  /** Bytes of the stream as they come, packed or not. Default: not known. */
  readonly storedBytes?: number | undefined;
}

/** Opens a stream of Buffers with memory of their own. Aborted when the source is closed, even before the stream opens. */
export type OpenStream = (closed: AbortSignal) => AsyncIterable<Buffer> | Readable;

/**
 * A source that can be read only once and from its beginning: standard input, a pipe with a name, a URL without an
 * ETag. It is known again by the hash of what was read of it, unpacked.
 */
export class StreamSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number | undefined;
  readonly #openStream: OpenStream;
  readonly #compression: Compression;
  readonly #meter = new Meter();
  readonly #hash = new RollingHash();
  #stream: Readable | undefined;
  #chunks: AsyncGenerator<Buffer, void, void> | undefined;
  /** What `head` took and `read` has not handed on yet. */
  #kept: Buffer[] = [];
  #error: LoaderError | undefined;
  /** What the bytes to come are held against, until they are. */
  #expected: StreamIdentity | undefined;
  readonly #closed = new AbortController();

  /** @param openStream called once, by `head` or `read` */
  constructor(name: string, baseName: string, openStream: OpenStream, options: StreamOptions) {
    this.name = name;
    this.baseName = baseName;
    this.storedBytes = options.storedBytes;
    this.#openStream = openStream;
    this.#compression = options.compression;
  }

  storedOffset(offset: number): number {
    return this.#meter.storedOffset(offset);
  }

  identify(frontierOffset: number): Promise<SourceIdentity> {
    if (this.#expected !== undefined) return Promise.resolve(this.#expected);
    const { bytes, sha256 } = this.#hash.covering(frontierOffset);
    return Promise.resolve({ kind: 'stdin', hashedBytes: bytes, sha256 });
  }

  /** Takes no more than is asked for; `read` hands it on again. */
  async *head(): AsyncGenerator<Buffer, void, void> {
    for (let index = 0; ; index++) {
      const chunk = this.#kept[index] ?? (await this.#keepNext());
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    if (expected !== undefined && expected.kind !== 'stdin') throw notOfKind(this.name, expected, 'stdin');
    this.#expected = expected;
    try {
      // Nothing is handed on before all that was read then has been found to be the same.
      let held: Buffer[] = [];
      for (let chunk = await this.#take(); chunk !== undefined; chunk = await this.#take()) {
        const before = this.#hash.bytes;
        this.#add(chunk);
        if (this.#hash.bytes > offset) held.push(before < offset ? chunk.subarray(offset - before) : chunk);
        else this.#hash.covering(offset);
        if (this.#expected !== undefined) continue;
        yield* held;
        held = [];
      }
    } finally {
      await this.close();
    }
    const needed = Math.max(offset, expected?.hashedBytes ?? 0);
    if (this.#hash.bytes < needed) {
      throw notTheSame(this.name, `it ends at byte ${this.#hash.bytes}, before byte ${needed}, where that run stopped`);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#stream?.destroy();
    // The stream is destroyed: whoever waits for it stops waiting, and nobody is kept here.
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

  /** The next chunk that nobody has seen. An error is there to stay: the stream never seems to end where it broke. */
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
    // A Readable can be destroyed while somebody waits for its next chunk, whatever it is made from.
    this.#stream = opened instanceof Readable ? opened : Readable.from(opened, { highWaterMark: 1 });
    return unpackedStream(this.#stream, this.#compression, this.name, this.#meter);
  }

  /** Hashes a chunk, and holds what came against what is expected as soon as there is enough of it. */
  #add(chunk: Buffer): void {
    const expected = this.#expected;
    const missing = (expected?.hashedBytes ?? 0) - this.#hash.bytes;
    if (expected === undefined || chunk.length < missing) {
      this.#hash.add(chunk);
      return;
    }
    // Chunks are cut elsewhere each time: this one is cut where the hash that is expected ends.
    const { sha256 } = this.#hash.add(chunk.subarray(0, missing));
    if (sha256 !== expected.sha256) {
      throw notTheSame(this.name, `its first ${expected.hashedBytes} bytes are others`);
    }
    this.#expected = undefined;
    if (chunk.length > missing) this.#hash.add(chunk.subarray(missing));
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw closedWhileRead(this.name);
  }

  #explain(error: unknown): LoaderError {
    if (this.#closed.signal.aborted) return closedWhileRead(this.name);
    const keptBytes = this.#kept.reduce((sum, { length }) => sum + length, 0);
    return error instanceof LoaderError ? error : unreadable(this.name, error, this.#hash.bytes + keptBytes);
  }
}

async function* unpackedStream(
  stream: Readable,
  compression: Compression,
  name: string,
  meter: Meter,
): AsyncGenerator<Buffer, void, void> {
  const input = new PackedInput(stream as AsyncIterable<Buffer>);
  yield* unpack(input, await packingOf(input, compression, name), name, meter);
}
