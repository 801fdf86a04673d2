import { Buffer } from 'node:buffer';
import { closedWhileRead, notOfKind, notTheSame } from '../errors.ts';
import { bytesBetween, type ObjectEdge } from './object-bytes.ts';
import { usualPatience, type Patience } from './retry-policy.ts';
import type { Source, SourceIdentity } from '../source.ts';

/** Bytes of the first look at the beginning; where more is wanted, pieces grow fourfold up to the longest. */
export const firstLookBytes = 64 * 1024;
export const longestLookBytes = 4 * 1024 * 1024;

/**
 * An object behind a network, of which the server says which version it hands out: known again by its ETag, read from
 * any place, and continued where a connection breaks. Nothing is open but while it is read.
 */
export class ObjectSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number;
  readonly #edge: ObjectEdge;
  readonly #patience: Patience;
  readonly #closed = new AbortController();

  /** @param endBytes bytes of it that are read; it is identified as a whole. */
  constructor(edge: ObjectEdge, patience: Patience = usualPatience, endBytes = edge.sizeBytes) {
    this.name = edge.name;
    this.baseName = edge.baseName;
    this.storedBytes = endBytes;
    this.#edge = edge;
    this.#patience = patience;
  }

  storedOffset(offset: number): number {
    return offset;
  }

  identify(): Promise<SourceIdentity> {
    return Promise.resolve({ kind: 'object', sizeBytes: this.#edge.sizeBytes, etag: this.#edge.etag });
  }

  /** Piece by piece, each whole before it is handed on: a body that is read to its end leaves its connection to the next. */
  async *head(): AsyncGenerator<Buffer, void, void> {
    // A server without ranges would send all of it for each piece.
    if (!this.#edge.hasRanges) return yield* this.#between(0, this.storedBytes);
    let pieceBytes = firstLookBytes;
    for (let at = 0; at < this.storedBytes;) {
      const to = Math.min(at + pieceBytes, this.storedBytes);
      const chunks: Buffer[] = [];
      for await (const chunk of this.#between(at, to)) chunks.push(chunk);
      yield Buffer.concat(chunks);
      at = to;
      pieceBytes = Math.min(4 * pieceBytes, longestLookBytes);
    }
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    if (expected !== undefined) this.#assertIs(offset, expected);
    yield* this.#between(offset, this.storedBytes);
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  #between(from: number, to: number): AsyncGenerator<Buffer, void, void> {
    if (this.#closed.signal.aborted) throw closedWhileRead(this.name);
    return bytesBetween(this.#edge, from, to, { signal: this.#closed.signal, patience: this.#patience });
  }

  #assertIs(offset: number, expected: SourceIdentity): void {
    if (expected.kind !== 'object') throw notOfKind(this.name, expected, 'object');
    const { sizeBytes, etag } = this.#edge;
    if (sizeBytes !== expected.sizeBytes) {
      throw notTheSame(this.name, `its size was ${expected.sizeBytes} bytes and is ${sizeBytes} now`);
    }
    if (etag !== expected.etag) throw notTheSame(this.name, `its ETag was ${expected.etag} and is ${etag} now`);
    if (offset > sizeBytes) throw notTheSame(this.name, `it ends before byte ${offset}, where that run stopped`);
  }
}
