import { LoaderError, type ErrorPlace } from '../../errors.ts';

/** A record without an end. `line` is the line of its open quote, or its first line. */
export interface UnterminatedRecord extends ErrorPlace {
  readonly line: number;
  readonly isInQuotes: boolean;
}

/** The input ends inside quotes. */
export function unclosedQuoteError({ source, line, record }: UnterminatedRecord): LoaderError {
  return new LoaderError('UNCLOSED_QUOTE', `the quote opened on line ${line} is never closed`, {
    place: { source, line, record },
    hint: 'Close the quote in the source, or choose a different quote character with --quote.',
  });
}

/** A record exceeds `--max-record-bytes`. */
export function recordTooLongError(
  { source, line, record, isInQuotes }: UnterminatedRecord,
  maxBytes: number,
): LoaderError {
  const where = isInQuotes ? `, inside the quote opened on line ${line}` : '';
  return new LoaderError('RECORD_TOO_LONG', `the record is longer than ${maxBytes} bytes${where}`, {
    place: { source, line, record },
    hint: isInQuotes
      ? 'Close the quote, choose a different quote character with --quote, or raise --max-record-bytes.'
      : 'Raise --max-record-bytes, or check --quote and the line endings of the source.',
  });
}
