import { isUtf8 } from 'node:buffer';
import { LoaderError } from '../../errors.ts';
import type { CsvRecord } from '../read/record.ts';
import { faultReasons } from './reasons.ts';
import { quoteText, quoteValue } from '../../text/quote-value.ts';

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

/** Makes the error for a source without a header record. */
export function createMissingHeaderError(source: string): LoaderError {
  return new LoaderError('HEADER_INVALID', 'the header is missing: the source is empty', {
    place: { source },
    hint: 'Add a header line, or use --no-header with --columns.',
  });
}
