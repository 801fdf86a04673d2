import type { Buffer } from 'node:buffer';
import { LoaderError } from '../../errors.ts';
import { byteOrderMarkHint } from '../read/encoding/encodings.ts';
import type { CsvRecord } from '../read/record.ts';

/** Minimum share of NUL bytes in a header in UTF-16, even if few of its characters are ASCII. */
const minUtf16Share = 0.1;
/** Minimum share in UTF-32: most characters have two or three. */
const minUtf32Share = 0.6;

/**
 * Rejects a header that contains NUL: no text does, except in a different encoding.
 * @param encoding canonical name of the encoding in use
 * @throws LoaderError HEADER_INVALID that names the likely encoding
 */
export function assertTextHeader(header: CsvRecord, sourceName: string, encoding: string): void {
  const [start, end] = [header.starts[0] ?? 0, header.ends[header.fieldCount - 1] ?? 0];
  if (!header.bytes.subarray(start, end).includes(0)) return;
  const raw = header.raw.subarray(header.rawStart, header.rawEnd);
  throw new LoaderError('HEADER_INVALID', `invalid header: it is not ${encoding} text, because it contains NUL bytes`, {
    hint: byteOrderMarkHint(raw, encoding) ?? findEncodingHint(raw, header.offset),
    place: { source: sourceName, line: header.line, record: header.number },
  });
}

/** @param offset of the raw header in its source, which decides which bytes are the first of a character */
function findEncodingHint(raw: Buffer, offset: number): string {
  const counts: [even: number, odd: number] = [0, 0];
  raw.forEach((byte, index) => {
    if (byte === 0) counts[((offset + index) % 2) as 0 | 1]++;
  });
  const [even, odd] = counts;
  const share = (even + odd) / raw.length;
  if (share >= minUtf32Share) {
    const name = raw[0] === 0 ? 'UTF-32BE' : 'UTF-32LE';
    return `Convert it with "iconv -f ${name} -t UTF-8 FILE | csv2ddb direct -": it is probably ${name}.`;
  }
  if (share >= minUtf16Share && Math.min(even, odd) === 0) {
    const name = even === 0 ? 'utf-16le' : 'utf-16be';
    return `Set --encoding ${name}: the source is probably in this encoding.`;
  }
  return 'Check that the source is a CSV file: it is probably a binary file.';
}
