import type { Part } from '../../../../src/pipeline/state/totals.ts';
import type { ModelRecord } from '../cloud.ts';

/** What is to be said of records: how many there are, and how many of them are bad. */
export interface Truth {
  readonly read: number;
  readonly written: number;
  readonly rejected: number;
}

export function truthOf(records: readonly ModelRecord[], from: number, to: number): Truth {
  let rejected = 0;
  for (let index = from; index < to; index++) if (records[index]?.kind === 'bad') rejected++;
  return { read: to - from, written: to - from - rejected, rejected };
}

/** How the counts differ from the truth; undefined: they do not. */
export function differenceOf(counts: Part['counts'], truth: Truth): string | undefined {
  const { read, written, rejected } = counts;
  const isRight = read === truth.read && written === truth.written && rejected === truth.rejected;
  const others = counts.superseded + counts.skipped + counts.filtered;
  if (isRight && others === 0) return undefined;
  return `counts ${JSON.stringify(counts)}, in truth ${JSON.stringify(truth)}`;
}
