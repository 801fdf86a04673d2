import type { Buffer } from 'node:buffer';
import { CsvError, parse, type Options } from 'csv-parse/sync';
import { lf } from '../bytes.ts';
import type { Marks } from '../marks.ts';

/** Where csv-parse sees records end, and how many fields it counts in each. */
export interface RecordEnds {
  /** The first byte behind each record and its line end, counted from the first byte looked at. */
  readonly ends: number[];
  readonly fieldCounts: number[];
}

/**
 * Makes what lets csv-parse look at a stretch of bytes that begins where a record begins.
 *
 * Nothing but the structure is taken from it, and each stretch is parsed on its own: its values are text, its lines
 * and raw records are not those of the source, and what it makes of text behind a closing quote or of the end of a
 * stretch is told apart here. Asked for the place of each field (`cast`), it takes ten times as long.
 *
 * `isAll`: the input ends where the stretch ends, and so does its last record. Otherwise a record counts only where
 * its line end is seen, and a CR at the very end is not: it may be half of a CRLF.
 */
export function recordEndsFinder(marks: Marks): (stretch: Buffer, isAll: boolean) => RecordEnds {
  let found: RecordEnds = { ends: [], fieldCounts: [] };
  const options = {
    ...optionsOf(marks),
    on_record: (record: string[], { bytes }: { readonly bytes: number }): null => {
      found.ends.push(bytes);
      found.fieldCounts.push(record.length);
      return null;
    },
  };
  return (stretch, isAll) => {
    found = { ends: [], fieldCounts: [] };
    try {
      parse(stretch, options);
    } catch (error) {
      // The stretch ends inside quotes; all records before are told.
      if (!(error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED')) throw error;
    }
    const last = found.ends.at(-1);
    if (!isAll && last === stretch.length && stretch[last - 1] !== lf) {
      found.ends.pop();
      found.fieldCounts.pop();
    }
    return found;
  };
}

function optionsOf({ delimiter, quote, escape, comment, trim }: Marks): Options {
  // Latin-1 is faster and keeps each byte one character, but spoils csv-parse's list of white space: its U+2028
  // becomes the byte 0x28, which is `(`.
  const encoding = trim ? 'utf8' : 'latin1';
  return {
    encoding,
    delimiter: delimiter.toString(encoding),
    quote: quote?.toString(encoding) ?? null,
    escape: escape?.toString(encoding) ?? null,
    comment: comment?.toString(encoding) ?? null,
    comment_no_infix: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    relax_quotes: true,
    relax_column_count: true,
    // Its `rtrim` ends the whole input at text behind a closing quote.
    ltrim: trim,
  };
}
