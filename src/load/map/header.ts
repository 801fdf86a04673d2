import { isUtf8 } from 'node:buffer';
import { LoaderError } from '../../errors.ts';
import type { CsvRecord } from '../read/record.ts';
import { completeNames, type CompletedNames, type NameRules } from './column-names.ts';
import { faultReasons } from './reasons.ts';
import { pluralize } from '../../text/format.ts';
import { quoteNames, quoteValue } from '../../text/quote-value.ts';

/** Where a header is, and what it may contain. */
export interface HeaderContext {
  readonly source: string;
  readonly rules: NameRules;
  /** Replaces the default hint of an error. */
  readonly hint?: string | undefined;
}

/**
 * Returns the column names of a header record, untrimmed. A column that is left out has an empty name.
 * @throws LoaderError HEADER_INVALID with every name that is not UTF-8, or that is empty or a duplicate if `rules` reject it
 */
export function readHeader(record: CsvRecord, { source, rules, hint }: HeaderContext): readonly string[] {
  const fields = record.fault === undefined ? readFields(record) : [];
  const { names, problems } = completeNames(fields, rules);
  const texts = new Map(problems.map(({ column, text }) => [column, text]));
  for (let index = 0; index < fields.length; index++) {
    const [start = 0, end = 0] = [record.starts[index], record.ends[index]];
    if (isUtf8(record.bytes.subarray(start, end))) continue;
    texts.set(index + 1, `the name of column ${index + 1} is not valid text: ${quoteValue(record.bytes, start, end)}`);
  }
  const sorted = [...texts].sort(([one], [other]) => one - other).map(([, text]) => text);
  const all = record.fault === undefined ? sorted : [faultReasons[record.fault]];
  if (all.length === 0) return names;
  throw new LoaderError('HEADER_INVALID', `invalid header: ${all.join('; ')}`, {
    hint: hint ?? suggestRules(problems),
    place: { source, line: record.line, record: record.number },
  });
}

function suggestRules(problems: CompletedNames['problems']): string {
  const hasKind = (kind: 'unnamed' | 'same name'): boolean => problems.some((problem) => problem.kind === kind);
  const options = [
    ...(hasKind('unnamed') ? ['--unnamed drop'] : []),
    ...(hasKind('same name') ? ['--same-name rename'] : []),
  ];
  if (options.length === 0) return 'Give each column a unique name in the header, or use --no-header with --columns.';
  return `Use ${options.join(' and ')}, or skip lines before the header with --skip-lines.`;
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
