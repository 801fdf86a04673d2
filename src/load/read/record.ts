import type { RejectCode } from '../../errors.ts';
import type { TextFormat } from './text-formats.ts';

/** Why the fields of a record cannot be used, although its end is known. */
export type RecordFault = Extract<RejectCode, 'TEXT_AFTER_QUOTE' | 'STRAY_QUOTE' | 'UNCLOSED_QUOTE' | 'INVALID_ESCAPE'>;

/** A position between two records of a source, from which reading can continue. */
export interface Position {
  /** Offset in the decompressed bytes of the source. */
  readonly offset: number;
  /** Physical line at that offset, from 1. */
  readonly line: number;
  /** Number of the next record. A source with a header starts at 0, the header; a source without one starts at 1. */
  readonly record: number;
}

/**
 * A record between reader and mapper, as spans: no string and no object per field. The reader owns and reuses it. It is
 * valid until the next call of the reader's `next` or `push`.
 */
export interface CsvRecord {
  /** The memory that the spans point to: the raw record, or a copy if fields were unescaped. */
  bytes: Buffer;
  fieldCount: number;
  /** Field i is `bytes[starts[i], ends[i])`, unquoted and unescaped. A NULL ends before it starts. */
  starts: Int32Array;
  ends: Int32Array;
  /** Number in its source. The header is 0, the first record is 1. */
  number: number;
  /** Physical line on which the record starts, from 1. */
  line: number;
  /** Offset of its first byte in the decompressed source. */
  offset: number;
  /** The bytes of the record in the source, including its line ending: `raw[rawStart, rawEnd)`. */
  raw: Buffer;
  rawStart: number;
  rawEnd: number;
  /** Undefined if the record is good. Otherwise its fields must not be read. */
  fault: RecordFault | undefined;
}

/** How to read the bytes of a source. All texts are as the user entered them. */
export interface Dialect {
  /** Canonical name of the encoding: `utf-8`, `utf-16le`, `windows-1252` … */
  readonly encoding: string;
  /** Text between fields: one or more characters. */
  readonly delimiter: string;
  /** Undefined if fields are never quoted. */
  readonly quote: string | undefined;
  /** Text before a quote or an escape inside a quoted field, to take it literally. Undefined if quotes are doubled. */
  readonly escape: string | undefined;
  /** Text that starts a comment line. Undefined if there are no comments. */
  readonly comment: string | undefined;
  /** Whether to remove white space around fields, outside their quotes. */
  readonly trim: boolean;
  /** Whether quoted fields may contain line endings. If not, a quote that is not closed rejects its line. */
  readonly multiline: boolean;
  /** For quotes inside a field that neither open nor close it: reject the record, or treat them as text. */
  readonly strayQuotes: 'reject' | 'text';
  /** The database whose backslash sequences are decoded, also outside quotes. Undefined if there are none. */
  readonly unescape: TextFormat | undefined;
  /** Longest record in bytes of UTF-8, including its line ending. */
  readonly maxRecordBytes: number;
}

/**
 * Turns bytes into records. Call `push` with a chunk, then `next` until it returns false. After the last chunk, call
 * `end`, then `next` again until it returns false.
 */
export interface Reader {
  /** The record that the last `next` found. */
  readonly record: CsvRecord;
  /** Position right after the last record, before any blank lines that follow. */
  readonly position: Position;
  /** Line of `position`. */
  readonly line: number;
  /** Bytes of blank lines, comments and a byte-order mark skipped so far, including those right before `record`. */
  readonly blankBytes: number;
  /** The byte-order mark in the encoding of the source; empty if there was none. */
  readonly byteOrderMark: Buffer;
  /** Adds a copy of the next bytes. The caller may reuse the memory of the chunk. */
  push(chunk: Buffer): void;
  end(): void;
  /**
   * Reads the next record. @returns Whether there was one.
   * @throws LoaderError UNCLOSED_QUOTE or RECORD_TOO_LONG, with the line of the cause. Reading cannot continue.
   */
  next(): boolean;
}
