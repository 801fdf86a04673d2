import type { MapResult } from './map/map-result.ts';
import type { CsvRecord } from './read/record.ts';

/** The result for a record that starts with a byte-order mark: where two files were joined. */
export const markedRecord: MapResult = {
  kind: 'reject',
  code: 'BYTE_ORDER_MARK',
  reason:
    'the record starts with a byte-order mark, as in files that were joined: remove the mark, and the record if it is a header',
};

export function startsWithMark({ raw, rawStart, rawEnd }: CsvRecord, mark: Buffer): boolean {
  return raw[rawStart] === mark[0] && rawEnd - rawStart >= mark.length && matchesAt(raw, rawStart, mark);
}

/** Whether a record has the same raw bytes as the header. */
export function repeatsHeader({ raw, rawStart, rawEnd }: CsvRecord, header: Buffer): boolean {
  return rawEnd - rawStart === header.length && raw[rawStart] === header[0] && matchesAt(raw, rawStart, header);
}

/** Compares in place, without allocating. */
function matchesAt(raw: Buffer, start: number, expected: Buffer): boolean {
  return raw.compare(expected, 0, expected.length, start, start + expected.length) === 0;
}
