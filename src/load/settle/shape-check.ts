import { LoaderError } from '../../errors.ts';
import type { FieldCounts } from '../map/map-result.ts';
import { pluralize } from '../../text/format.ts';

/** Records with the wrong number of fields after which a load stops, if it has accepted no record. */
const maxMisshapen = 100;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Rejected records with the wrong number of fields, counted until a record is accepted. */
export interface Misshapen {
  readonly records: number;
  /** Fields of these records, and of their headers. */
  readonly found: Range;
  readonly expected: Range;
}

/** @param before null if there was none */
export function addMisshapen(before: Misshapen | null, { found, expected }: FieldCounts): Misshapen {
  return {
    records: (before?.records ?? 0) + 1,
    found: widen(before?.found, found),
    expected: widen(before?.expected, expected),
  };
}

function widen({ min, max }: Range = { min: Infinity, max: 0 }, count: number): Range {
  return { min: Math.min(min, count), max: Math.max(max, count) };
}

/** Returns an error if a load without an accepted record should stop: most likely its read options are wrong. */
export function checkShape({ records, found, expected }: Misshapen): LoaderError | undefined {
  if (records < maxMisshapen) return undefined;
  const header = expected.min === expected.max ? 'the header has' : 'the headers have';
  const subject = found.min === found.max ? 'all records have' : 'the records have';
  return new LoaderError(
    'TOO_MANY_ERRORS',
    `the first ${pluralize(records, 'record')} cannot be loaded: ${header} ${formatRange(expected)} ${expected.max === 1 ? 'field' : 'fields'}, ${subject} ${formatRange(found)}`,
    { hint: 'Check --delimiter and --skip-lines, or set --max-errors to load the rest.' },
  );
}

function formatRange({ min, max }: Range): string {
  return min === max ? String(min) : `${min} to ${max}`;
}
