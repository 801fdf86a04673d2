import type { Buffer } from 'node:buffer';
import type { CsvRecord } from './record.ts';

/**
 * Finds the fields and the end of one record in bytes that may arrive in pieces. It writes to the `starts` and `ends`
 * of the record that it was created with. Fields are complete and unescaped only after `finish`.
 */
export interface Scanner {
  /** The next byte to scan; the first byte after the record once it is complete. */
  readonly at: number;
  /** Number of complete fields. */
  readonly fieldCount: number;
  /** Physical line at `at`, from 1. */
  readonly line: number;
  readonly isComplete: boolean;
  readonly isInQuotes: boolean;
  /** Physical line of the last opening quote. */
  readonly quoteLine: number;
  /** Starts a record whose first byte is at `at`, on `line`. */
  begin(at: number, line: number): void;
  /** Scans until the record is complete or `limit` is reached. */
  scan(bytes: Buffer, limit: number): void;
  /** Ends the record at `limit`, the end of the input. It is not complete if it ends inside quotes. */
  end(bytes: Buffer, limit: number): void;
  /** Adjusts all positions after the bytes of the record moved to the front by `distance`. */
  moveBack(distance: number): void;
  /** Sets the fault of the complete record, or unescapes its fields. Its spans and raw bytes are set. */
  finish(record: CsvRecord): void;
}
