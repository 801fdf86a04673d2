import { isUtf8 } from 'node:buffer';
import { LoaderError } from '../../errors.ts';
import type { CsvRecord } from '../read/record.ts';
import { faultReasons } from './reasons.ts';
import { pluralize } from '../../text/format.ts';
import { quoteNames, quoteText, quoteValue } from '../../text/quote-value.ts';

/**
 * Returns the column names of a header record, untrimmed.
 *
 * @param sourceName for the place of an error
 * @param hint replaces the default hint of an error
 * @throws LoaderError HEADER_INVALID with every name that is empty, not UTF-8 or a duplicate
 */
export function readHeader(record: CsvRecord, sourceName: string, hint?: string): string[] {
  const names: string[] = [];
  const problems: string[] = [];
  const columnOfName = new Map<string, number>();
  if (record.fault !== undefined) problems.push(faultReasons[record.fault]);

  for (let index = 0; record.fault === undefined && index < record.fieldCount; index++) {
    const start = record.starts[index] ?? 0;
    const end = record.ends[index] ?? 0;
    const name = record.bytes.toString('utf8', start, end);
    names.push(name);
    const column = index + 1;
    const earlier = columnOfName.get(name);
    if (!isUtf8(record.bytes.subarray(start, end))) {
      problems.push(`the name of column ${column} is not valid text: ${quoteValue(record.bytes, start, end)}`);
    } else if (name === '') problems.push(`the name of column ${column} is empty`);
    else if (earlier === undefined) columnOfName.set(name, column);
    else problems.push(`columns ${earlier} and ${column} are both named ${quoteText(name)}`);
  }

  if (problems.length > 0) {
    throw new LoaderError('HEADER_INVALID', `invalid header: ${problems.join('; ')}`, {
      hint: hint ?? 'Give each column a unique name in the header, or use --no-header with --columns.',
      place: { source: sourceName, line: record.line, record: record.number },
    });
  }
  return names;
}

/** Makes the error for several sources that all have no record. */
export function createAllEmptyError(sources: readonly { readonly name: string }[]): LoaderError {
  return new LoaderError('HEADER_INVALID', `the header is missing: all ${sources.length} sources are empty`, {
    place: { source: sources[0]?.name ?? '' },
    hint: 'Check the export that wrote them.',
  });
}

/**
 * Checks that the names of `--columns` may replace those of a header: they have one in common, and there are as many.
 * Otherwise the header may be a record, which would be lost.
 *
 * @param lastLine physical line on which the header ends
 * @throws LoaderError HEADER_INVALID
 */
export function assertReplaceable(
  header: CsvRecord,
  columns: readonly string[],
  { source, lastLine }: { readonly source: string; readonly lastLine: number },
): void {
  const place = { source, line: header.line, record: header.number };
  const names = header.fault === undefined ? readFields(header) : [];
  const known = new Set(columns.map(simplifyName));
  known.delete('');
  if (!names.some((name) => known.has(simplifyName(name)))) {
    const found = header.fault === undefined ? quoteNames(names) : 'it cannot be read';
    throw new LoaderError('HEADER_INVALID', `line ${header.line} shares no name with --columns: ${found}`, {
      place,
      hint: `Use --no-header if this line is a record, or --skip-lines ${lastLine} --no-header if it is a header to replace.`,
    });
  }
  if (names.length === columns.length) return;
  throw new LoaderError(
    'HEADER_INVALID',
    `--columns lists ${pluralize(columns.length, 'column')}, but the header has ${names.length}`,
    { place, hint: 'List every column in --columns, in order.' },
  );
}

function readFields({ bytes, starts, ends, fieldCount }: CsvRecord): string[] {
  return Array.from({ length: fieldCount }, (_, index) => bytes.toString('utf8', starts[index], ends[index]));
}

/** Removes the differences between two spellings of a name: case, white space, `_` and `-`. */
function simplifyName(name: string): string {
  return name.replace(/[\s_-]/g, '').toLowerCase();
}

/** Makes the error for a source without a header record. */
export function createMissingHeaderError(source: string, skipLines: number): LoaderError {
  if (skipLines > 0) {
    const lines = `the first ${pluralize(skipLines, 'line')}`;
    return new LoaderError('HEADER_INVALID', `the header is missing: no record follows ${lines}`, {
      place: { source },
      hint: 'Check --skip-lines, or use --no-header with --columns.',
    });
  }
  return new LoaderError('HEADER_INVALID', 'the header is missing: the source is empty', {
    place: { source },
    hint: 'Add a header line, or use --no-header with --columns.',
  });
}
