import type { CsvRecord } from './record.ts';

/** Makes room for twice as many fields; those that are there stay. */
export function growSpans(spans: Pick<CsvRecord, 'starts' | 'ends'>): void {
  spans.starts = grown(spans.starts);
  spans.ends = grown(spans.ends);
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
