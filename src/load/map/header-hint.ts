import { isUtf8 } from 'node:buffer';
import { markHint } from '../read/encoding/encodings.ts';
import type { CsvRecord } from '../read/record.ts';

/** What else than the delimiter that was given may stand between fields, and how it is given. */
const delimiters: Readonly<Record<string, string>> = { ';': "';'", '\t': "'\\t'", '|': "'|'", ',': ',' };

/**
 * What is likely wrong with the way a source is read, where its header looks like that: it begins with the mark of
 * another encoding or with Excel's `sep=` line, is not text, or is one field that holds what others have between fields.
 * @param encoding canonical name of the encoding that it is read in
 */
export function headingHint(header: CsvRecord, encoding: string): string | undefined {
  const raw = header.raw.subarray(header.rawStart, header.rawEnd);
  const mark = markHint(raw, encoding);
  if (mark !== undefined) return mark;
  if (/^"?sep=/i.test(raw.toString('latin1', 0, 5))) {
    return 'The first line is one of Excel: --comment sep= passes over it, and --delimiter takes what it names.';
  }
  if (header.fault !== undefined) return undefined;
  const start = header.starts[0] ?? 0;
  const end = header.ends[header.fieldCount - 1] ?? 0;
  if (!isUtf8(header.bytes.subarray(start, end))) {
    return `The source is not in ${encoding}: name its encoding with --encoding, like windows-1252.`;
  }
  return header.fieldCount === 1 ? dividedHint(header.bytes.toString('utf8', start, end)) : undefined;
}

/** Of a header with one column, whose name looks like several. */
function dividedHint(name: string): string | undefined {
  const found = Object.keys(delimiters).find((delimiter) => name.includes(delimiter));
  if (found === undefined) return undefined;
  return `The header is one column, which looks divided: give --delimiter ${delimiters[found] ?? ''}.`;
}
