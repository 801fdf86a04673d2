import type { RangeTotals } from '../../../../src/pipeline/state/totals.ts';
import type { ModelRecord } from '../cloud.ts';

/** The counts that a summary must have for some records. */
export interface ExpectedCounts {
  readonly read: number;
  readonly written: number;
  readonly rejected: number;
}

export function countRecords(records: readonly ModelRecord[], from: number, to: number): ExpectedCounts {
  let rejected = 0;
  for (let index = from; index < to; index++) if (records[index]?.kind === 'bad') rejected++;
  return { read: to - from, written: to - from - rejected, rejected };
}

/** Describes how counts differ from the expected ones. Undefined if they do not. */
export function describeDifference(counts: RangeTotals['counts'], expected: ExpectedCounts): string | undefined {
  const { read, written, rejected } = counts;
  const isRight = read === expected.read && written === expected.written && rejected === expected.rejected;
  const others = counts.superseded + counts.skipped + counts.filtered;
  if (isRight && others === 0) return undefined;
  return `counts ${JSON.stringify(counts)}, expected ${JSON.stringify(expected)}`;
}
