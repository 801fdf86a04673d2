import { isUtf8 } from 'node:buffer';
import { byteOrderMarkHint } from '../read/encoding/encodings.ts';
import type { CsvRecord } from '../read/record.ts';

/** Common delimiters, and how to write each as an option value. */
const delimiters: Readonly<Record<string, string>> = { ';': "';'", '\t': "'\\t'", '|': "'|'", ',': ',' };

/**
 * Finds a likely mistake in the read options: the header starts with the byte-order mark of another encoding or with
 * Excel's `sep=` line, is not valid text, or is a single field that contains a common delimiter.
 * @param encoding canonical name of the encoding in use
 * @returns undefined if the header looks right
 */
export function findHeaderHint(header: CsvRecord, encoding: string): string | undefined {
  const raw = header.raw.subarray(header.rawStart, header.rawEnd);
  const mark = byteOrderMarkHint(raw, encoding);
  if (mark !== undefined) return mark;
  if (/^"?sep=/i.test(raw.toString('latin1', 0, 5))) {
    return 'Skip the sep= line of Excel with --comment sep=, and set --delimiter to the character it names.';
  }
  if (header.fault !== undefined) return undefined;
  const start = header.starts[0] ?? 0;
  const end = header.ends[header.fieldCount - 1] ?? 0;
  if (!isUtf8(header.bytes.subarray(start, end))) {
    return `Set --encoding to the encoding of the source, for example windows-1252: its header is not ${encoding}.`;
  }
  return header.fieldCount === 1 ? findDelimiterHint(header.bytes.toString('utf8', start, end)) : undefined;
}

/** Suggests a delimiter for a header with only one column. */
function findDelimiterHint(name: string): string | undefined {
  const found = Object.keys(delimiters).find((delimiter) => name.includes(delimiter));
  if (found === undefined) return undefined;
  return `Set --delimiter ${delimiters[found] ?? ''}: the header is a single column that contains it.`;
}
