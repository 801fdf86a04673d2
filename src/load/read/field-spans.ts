import { Buffer } from 'node:buffer';
import type { CsvRecord, Position } from './record.ts';

/** Initial capacity in fields. It doubles when a record needs more. */
const initialFields = 64;

/** Creates the record that a reader starting at `start` fills again and again. */
export function createRecord(start: Position): CsvRecord {
  const none = Buffer.alloc(0);
  return {
    bytes: none,
    fieldCount: 0,
    starts: new Int32Array(initialFields),
    ends: new Int32Array(initialFields),
    number: start.record,
    line: start.line,
    offset: start.offset,
    raw: none,
    rawStart: 0,
    rawEnd: 0,
    fault: undefined,
  };
}

/** Positions of the fields of a record. The arrays are never empty, and they grow. */
export type FieldSpans = Pick<CsvRecord, 'starts' | 'ends'>;

/** Doubles the capacity and keeps the spans. */
export function growSpans(spans: FieldSpans): FieldSpans {
  spans.starts = enlarge(spans.starts);
  spans.ends = enlarge(spans.ends);
  return spans;
}

function enlarge(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
