import { LoaderError } from '../errors.ts';
import { faultReasons } from './map/reasons.ts';
import { cr, lf } from './read/bytes.ts';
import type { CsvRecord } from './read/record.ts';

/**
 * Checks that a record may be skipped (`--skip-records`). A faulty one may hide other records.
 * @throws LoaderError SKIPPED_RECORD_INVALID
 */
export function assertSkippable({ fault, line, number }: CsvRecord, source: string): void {
  if (fault === undefined) return;
  throw new LoaderError(
    'SKIPPED_RECORD_INVALID',
    `--skip-records skips a record that is faulty: ${faultReasons[fault]}`,
    {
      place: { source, line, record: number },
      hint: 'Fix the record, or skip lines with --skip-lines instead.',
    },
  );
}

/** Whether a field of the record contains a line ending. */
export function spansLines({ bytes, starts, ends, fieldCount }: CsvRecord): boolean {
  const all = bytes.subarray(starts[0], ends[fieldCount - 1]);
  return all.includes(lf) || all.includes(cr);
}
