import type { RejectCode } from '../../errors.ts';

/** A place between two records of a source, from which reading can go on. */
export interface Position {
  /** Offset in the (unpacked) bytes of the source. */
  readonly offset: number;
  /** Physical line at that offset, from 1. */
  readonly line: number;
  /** Number that the next record gets. A source with a header starts at 0: the header is record 0; one without, at 1. */
  readonly record: number;
}

/**
 * One record on its way from a reader to the mapper, as spans: no string, no object per field. The reader
 * owns it and reuses it; it is valid until the reader's next call of `next` or `push`.
 */
export interface CsvRecord {
  /** The memory the spans point into: the raw record itself or, where something had to be unescaped, a copy. */
  bytes: Buffer;
  fieldCount: number;
  /** Field i is `bytes[starts[i], ends[i])`, unquoted and unescaped. */
  starts: Int32Array;
  ends: Int32Array;
  /** Number in its source: the header is 0, the first record 1. */
  number: number;
  /** Physical line on which the record starts, from 1. */
  line: number;
  /** Offset of its first byte in the (unpacked) source. */
  offset: number;
  /** The record as it stands in the source, line ending included: `raw[rawStart, rawEnd)`. */
  raw: Buffer;
  rawStart: number;
  rawEnd: number;
  /** Why the record cannot be used although its end is known; its fields are then not to be read. */
  fault: RejectCode | undefined;
}

/** How the bytes of a source are to be read. All texts are as the user gave them. */
export interface Dialect {
  /** Canonical name of the encoding: `utf-8`, `utf-16le`, `windows-1252` … */
  readonly encoding: string;
  /** What stands between fields: one character or several. */
  readonly delimiter: string;
  /** Undefined where nothing is quoted. */
  readonly quote: string | undefined;
  /** What takes a quote's meaning away inside a quoted field; undefined: a quote is doubled. */
  readonly escape: string | undefined;
  /** A line that begins with it is no record; undefined: there are no comments. */
  readonly comment: string | undefined;
  /** Whether white space around fields, outside their quotes, is no part of them. */
  readonly trim: boolean;
  /** Longest record, line ending included, in bytes (of UTF-8, whatever the encoding). */
  readonly maxRecordBytes: number;
}

/**
 * Bytes in, records out, pulled: `push` a chunk, then call `next` until it answers false; after the last
 * chunk call `end`, then `next` again until it answers false.
 */
export interface Reader {
  /** The record that the last `next` found. */
  readonly record: CsvRecord;
  /** Where the record after the last one starts (blank lines between the two not yet passed). */
  readonly position: Position;
  /** The line of that place. */
  readonly line: number;
  /** Bytes of blank lines, comments and a byte-order mark passed so far, up to and with those before `record`. */
  readonly blankBytes: number;
  /** The byte-order mark that the source begins with, as it stands there; empty where none was seen. */
  readonly byteOrderMark: Buffer;
  /** Hands over the next bytes; they are copied, and the chunk's memory may be used again. */
  push(chunk: Buffer): void;
  end(): void;
  /**
   * @throws LoaderError UNCLOSED_QUOTE or RECORD_TOO_LONG, both with the line where the trouble began:
   * nobody can tell where such a record ends.
   */
  next(): boolean;
}
