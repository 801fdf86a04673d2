import { Buffer, isUtf8 } from 'node:buffer';
import { sourceStart } from '../../../../../src/load/read/start-position.ts';
import { EncodedReader, openEncoding } from '../../../../../src/load/read/encoding/encoded-reader.ts';
import type { Encoding } from '../../../../../src/load/read/encoding/encoding.ts';
import type { Position } from '../../../../../src/load/read/record.ts';
import { byteReader, type OpenReader, type Reading } from '../reading.ts';

const opened = new Map<string, Encoding>();

/** Opens an encoding only once, because its tables are large. */
export function encodingOf(name: string): Encoding {
  const encoding = opened.get(name) ?? openEncoding(name);
  opened.set(name, encoding);
  return encoding;
}

/** Opens a reader of an encoding with one of the UTF-8 readers inside. */
export function encodedReader(name: string, inner: OpenReader = byteReader): OpenReader {
  return (dialect, start) => new EncodedReader(encodingOf(name), start, inner(dialect, start));
}

/** Returns the fields of each record as text (see `shown`), or its fault. */
export function textOf({ records }: Pick<Reading, 'records'>): (readonly string[] | string | undefined)[] {
  return records.map(({ fields, fault }) => fault ?? fields?.map((field) => shown(Buffer.from(field ?? '', 'latin1'))));
}

/** Decodes UTF-8. Each 0xFF, which replaces an invalid sequence, becomes `␦`. Everything else must be valid. */
export function shown(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .split('\xff')
    .map((part) => {
      const between = Buffer.from(part, 'latin1');
      if (!isUtf8(between)) throw new Error(`not UTF-8: ${between.toString('hex')}`);
      return between.toString();
    })
    .join('␦');
}

/** Returns the problem if a byte belongs neither to a record nor to a blank line, or an offset is wrong. */
export function accountProblem(reading: Reading, bytes: Buffer, start: Position = sourceStart): string | undefined {
  const { records, end, blankBytes, error } = reading;
  let offset = start.offset;
  let rawBytes = 0;
  for (const { raw, offset: at, after, number } of records) {
    if (at < offset) return `record ${number} starts at ${at}, before ${offset}`;
    const from = at - start.offset;
    if (bytes.toString('latin1', from, from + raw.length) !== raw) return `raw bytes of record ${number}`;
    offset = at + raw.length;
    rawBytes += raw.length;
    if (after.offset !== offset) return `the offset after record ${number} is ${after.offset}, not ${offset}`;
  }
  if (end.offset !== start.offset + blankBytes + rawBytes) return `blank bytes ${blankBytes}, raw bytes ${rawBytes}`;
  if (error === undefined && end.offset !== start.offset + bytes.length) return `the end offset is ${end.offset}`;
  return undefined;
}
