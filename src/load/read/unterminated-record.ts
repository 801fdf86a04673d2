import { LoaderError, type Place } from '../../errors.ts';

/** Where a record without an end begins: with its open quote, else with its first line. */
export interface EndlessPlace extends Place {
  readonly line: number;
  readonly isInQuotes: boolean;
}

/** A quote is still open where the input ends: nobody can tell where its record was to end. */
export function quoteNeverClosed({ source, line, record }: EndlessPlace): LoaderError {
  return new LoaderError('UNCLOSED_QUOTE', `the quote that opens on line ${line} is never closed`, {
    place: { source, line, record },
    hint: 'Close the quote in the source; or, if it is no quote but text, name another quote character with --quote.',
  });
}

/** A record has more bytes than it may have. */
export function recordTooLong({ source, line, record, isInQuotes }: EndlessPlace, maxRecordBytes: number): LoaderError {
  const where = isInQuotes ? `, inside the quote that opens on line ${line}` : '';
  return new LoaderError('RECORD_TOO_LONG', `the record is longer than ${maxRecordBytes} bytes${where}`, {
    place: { source, line, record },
    hint: isInQuotes
      ? 'Close the quote, or name another quote character with --quote; if it is meant to be that long, raise --max-record-bytes.'
      : 'Raise --max-record-bytes, or check --quote and the line ends of the source.',
  });
}
