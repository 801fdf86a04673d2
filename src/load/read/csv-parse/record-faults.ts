import type { RejectCode } from '../../../errors.ts';
import { quoteNeverClosed, recordTooLong, type EndlessPlace } from '../unterminated-record.ts';
import { countLineEnds } from './line-ends.ts';
import type { RawRecord } from './raw-record.ts';
import type { Unread } from './unread.ts';

/** Decides what is wrong with the record at `unread.at`. */
export class RecordFaults {
  readonly #unread: Unread;
  readonly #rawRecord: RawRecord;
  readonly #maxRecordBytes: number;
  readonly #sourceName: string;

  constructor(unread: Unread, rawRecord: RawRecord, maxRecordBytes: number, sourceName: string) {
    this.#unread = unread;
    this.#rawRecord = rawRecord;
    this.#maxRecordBytes = maxRecordBytes;
    this.#sourceName = sourceName;
  }

  /**
   * Judges the record that `rawRecord` has split.
   * @param fieldCount as csv-parse counts
   * @returns why its fields cannot be used; undefined if they can
   */
  faultOf(fieldCount: number): RejectCode | undefined {
    const rawRecord = this.#rawRecord;
    if (rawRecord.hasStrayText) return 'TEXT_AFTER_QUOTE';
    if (rawRecord.fieldCount === fieldCount && rawRecord.openQuote === undefined) return undefined;
    throw this.#disagreement(`${fieldCount} fields`);
  }

  tooLong(): Error {
    return recordTooLong(this.#place(), this.#maxRecordBytes);
  }

  neverClosed(): Error {
    const place = this.#place();
    return place.isInQuotes ? quoteNeverClosed(place) : this.#disagreement('no record');
  }

  /** A bug of ours or of csv-parse: rather no item than a wrong one. */
  #disagreement(counted: string): Error {
    const fields = `${this.#rawRecord.fieldCount} fields`;
    const record = `${this.#sourceName}, record ${this.#unread.number}`;
    return new Error(`${record}: csv-parse sees ${counted} where here are ${fields}`);
  }

  /** Where an endless record begins: at the quote that is open at the last byte it may have, else at its first line. */
  #place(): EndlessPlace {
    const { bytes, at, length, line, number } = this.#unread;
    this.#rawRecord.split(bytes, at, Math.min(length, at + this.#maxRecordBytes + 1));
    const { openQuote } = this.#rawRecord;
    const linesBefore = openQuote === undefined ? 0 : countLineEnds(bytes, at, openQuote);
    const isInQuotes = openQuote !== undefined;
    return { source: this.#sourceName, line: line + linesBefore, record: number, isInQuotes };
  }
}
