import { Buffer } from 'node:buffer';
import { withChunk } from '../append-chunk.ts';
import type { Position } from '../record.ts';

/** The bytes that are pushed and not yet consumed, `bytes[at, length)`, and their place in the source. */
export class Unread {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  length = 0;
  /** Place of `bytes[0]` in the source. */
  base: number;
  /** Physical line at `at`, from 1. */
  line: number;
  /** Number that the next record gets. */
  number: number;
  hasEnded = false;

  constructor(start: Position) {
    this.base = start.offset;
    this.line = start.line;
    this.number = start.record;
  }

  /** Place of `at` in the source. */
  get offset(): number {
    return this.base + this.at;
  }

  push(chunk: Buffer): void {
    const shift = this.at;
    this.bytes = withChunk(this.bytes, shift, this.length, chunk);
    this.base += shift;
    this.at = 0;
    this.length += chunk.length - shift;
  }
}
