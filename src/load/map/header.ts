import { isUtf8 } from 'node:buffer';
import { LoaderError } from '../../errors.ts';
import type { CsvRecord } from '../read/record.ts';
import { showText, showValue } from '../../text/quote-value.ts';

/**
 * The names of the columns, exactly as the header record has them (nothing is trimmed).
 *
 * @param sourceName of the source, for the place of an error
 * @param hint what is known to help where the header cannot be used
 * @throws LoaderError HEADER_INVALID, naming every name that is empty, not UTF-8 or there twice
 */
export function readHeader(record: CsvRecord, sourceName: string, hint?: string): string[] {
  const names: string[] = [];
  const problems: string[] = [];
  const columnOfName = new Map<string, number>();
  if (record.fault === 'TEXT_AFTER_QUOTE') problems.push('text stands after a closing quote');
  else if (record.fault !== undefined) problems.push(`it cannot be read (${record.fault})`);

  for (let index = 0; record.fault === undefined && index < record.fieldCount; index++) {
    const start = record.starts[index] ?? 0;
    const end = record.ends[index] ?? 0;
    const name = record.bytes.toString('utf8', start, end);
    names.push(name);
    const column = index + 1;
    const earlier = columnOfName.get(name);
    if (!isUtf8(record.bytes.subarray(start, end))) {
      problems.push(`the name of column ${column}, ${showValue(record.bytes, start, end)}, is not valid text`);
    } else if (name === '') problems.push(`column ${column} has no name`);
    else if (earlier === undefined) columnOfName.set(name, column);
    else problems.push(`columns ${earlier} and ${column} are both called ${showText(name)}`);
  }

  if (problems.length > 0) {
    throw new LoaderError('HEADER_INVALID', `The header cannot be used: ${problems.join('; ')}.`, {
      hint: hint ?? 'The first record of a source names its columns: give each one a name of its own.',
      place: { source: sourceName, line: record.line, record: record.number },
    });
  }
  return names;
}

/** A source has not even a header. */
export function headerMissing(source: string): LoaderError {
  return new LoaderError('HEADER_INVALID', 'the source is empty: it has not even a header', {
    place: { source },
    hint: 'A file without records still has a line that names its columns; with --no-header --columns it needs none.',
  });
}
