import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { LoaderError } from '../errors.ts';
import { closedWhileRead, notTheSame, unreadable } from './errors.ts';
import { RollingHash } from './rolling-hash.ts';
import type { Source, SourceIdentity } from './source.ts';

type StreamIdentity = Extract<SourceIdentity, { kind: 'stdin' }>;

/**
 * A source of unknown size that can be read only once and from its beginning: standard input, or a pipe with a name.
 * It is known again by the hash of what was read of it.
 */
export class StreamSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly sizeBytes = undefined;
  readonly #openStream: () => Readable;
  readonly #hash = new RollingHash();
  #stream: Readable | undefined;
  /** What the bytes to come are held against, until they are. */
  #expected: StreamIdentity | undefined;
  #isClosed = false;

  /** @param openStream called by `read`; gives chunks that are Buffers */
  constructor(name: string, baseName: string, openStream: () => Readable) {
    this.name = name;
    this.baseName = baseName;
    this.#openStream = openStream;
  }

  identify(frontierOffset: number): Promise<SourceIdentity> {
    if (this.#expected !== undefined) return Promise.resolve(this.#expected);
    const { bytes, sha256 } = this.#hash.covering(frontierOffset);
    return Promise.resolve({ kind: 'stdin', hashedBytes: bytes, sha256 });
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    if (expected?.kind === 'file') throw notTheSame(this.name, 'that was a file, this is standard input or a pipe');
    this.#expected = expected;
    try {
      this.#assertOpen();
      this.#stream = this.#openStream();
      // Nothing is handed on before all that was read then has been found to be the same.
      let held: Buffer[] = [];
      for await (const chunk of this.#stream as AsyncIterable<Buffer>) {
        const before = this.#hash.bytes;
        this.#add(chunk);
        if (this.#hash.bytes > offset) held.push(before < offset ? chunk.subarray(offset - before) : chunk);
        else this.#hash.covering(offset);
        if (this.#expected !== undefined) continue;
        yield* held;
        held = [];
      }
      this.#assertOpen();
    } catch (error) {
      throw this.#explain(error);
    } finally {
      await this.close();
    }
    const needed = Math.max(offset, expected?.hashedBytes ?? 0);
    if (this.#hash.bytes < needed) {
      throw notTheSame(this.name, `it ends at byte ${this.#hash.bytes}, before byte ${needed}, where that run stopped`);
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#stream?.destroy();
    return Promise.resolve();
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
    if (this.#isClosed) throw closedWhileRead(this.name);
  }

  #explain(error: unknown): LoaderError {
    if (this.#isClosed) return closedWhileRead(this.name);
    return error instanceof LoaderError ? error : unreadable(this.name, error, this.#hash.bytes);
  }
}
