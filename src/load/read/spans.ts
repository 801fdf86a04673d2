import { Buffer } from 'node:buffer';
import type { CsvRecord, Position } from './record.ts';

/** Fields there is room for to begin with; doubled as records need it. */
const initialFields = 64;

/** What a reader that begins at `start` fills with one record after the other. */
export function newRecord(start: Position): CsvRecord {
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

/** Where the fields of a record are: arrays of a length above 0, which grow. */
export type Spans = Pick<CsvRecord, 'starts' | 'ends'>;

/** Makes room for twice as many fields; those that are there stay. */
export function growSpans(spans: Spans): Spans {
  spans.starts = grown(spans.starts);
  spans.ends = grown(spans.ends);
  return spans;
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
