import { Buffer } from 'node:buffer';
import type { CsvRecord, Position } from './record.ts';

/** Bytes that were pushed and are not yet consumed: `bytes[at, length)`, with their position in the source. */
export class InputBuffer {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  length = 0;
  /** Offset of `bytes[0]` in the source. */
  base: number;
  /** Physical line at `at`, from 1. */
  line: number;
  /** Number of the next record. */
  number: number;
  hasEnded = false;

  constructor(start: Position) {
    this.base = start.offset;
    this.line = start.line;
    this.number = start.record;
  }

  /** Offset of `at` in the source. */
  get offset(): number {
    return this.base + this.at;
  }

  get position(): Position {
    return { offset: this.offset, line: this.line, record: this.number };
  }

  /**
   * Moves the unread bytes to the front and appends a copy of the chunk. If the memory is too small, allocates at least
   * twice as much. A record far longer than the chunks is thus not copied again for each of them.
   */
  push(chunk: Buffer): void {
    const { bytes, at, length } = this;
    const left = length - at;
    const needed = left + chunk.length;
    const memory = needed > bytes.length ? Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length)) : bytes;
    if (at > 0 || memory !== bytes) bytes.copy(memory, 0, at, length);
    chunk.copy(memory, left);
    this.bytes = memory;
    this.base += at;
    this.at = 0;
    this.length = needed;
  }

  /** Consumes `bytes[at, end)` as the raw bytes of the record. */
  consume(record: CsvRecord, end: number, lineAfter: number): void {
    record.bytes = this.bytes;
    record.number = this.number++;
    record.line = this.line;
    record.offset = this.offset;
    record.raw = this.bytes;
    record.rawStart = this.at;
    record.rawEnd = end;
    this.at = end;
    this.line = lineAfter;
  }
}
