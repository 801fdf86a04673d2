import { maxAttributeNameBytes } from '../../dynamodb/limits.ts';
import { LoaderError } from '../../errors.ts';
import type { AttributeType, MapSettings } from '../settings.ts';
import { findClosestName } from '../../text/closest.ts';
import { quoteNames, quoteText } from '../../text/quote-value.ts';

/** Index of a column that only other sources have. It is beyond all fields, so the field is always missing. */
export const absentIndex = 0x3fff_ffff;

/** A loaded column and the attribute that it becomes. */
export interface ColumnPlan {
  /** Position of its field in the record, from 0; `absentIndex` if the source does not have the column. */
  readonly index: number;
  /** Its name in the header. */
  readonly column: string;
  /** Name of the attribute. */
  readonly name: string;
  /** The type from `--types`; undefined: the table's type for a key attribute, otherwise S. */
  readonly type: AttributeType | undefined;
}

/**
 * Selects, renames and types the columns, in the order of the header. Columns that only other sources have follow.
 * Does not need a table.
 *
 * @param header column names of the source
 * @param all column names of all sources of the job, including this one
 * @throws LoaderError COLUMN_UNKNOWN with every column of the settings that no source has;
 *   HEADER_INVALID if two columns become the same attribute, or if DynamoDB does not accept an attribute name
 */
export function planColumns(
  header: readonly string[],
  settings: MapSettings,
  all: readonly string[] = header,
): ColumnPlan[] {
  assertKnownColumns(all, settings);
  const selected = new Set(settings.select ?? all);
  const dropped = new Set(settings.drop);
  const own = new Set(header);
  const columns: ColumnPlan[] = [];
  const plan = (column: string, index: number): void => {
    // A column without a name is left out (`--unnamed drop`).
    if (column === '' || !selected.has(column) || dropped.has(column)) return;
    columns.push({ index, column, name: settings.rename.get(column) ?? column, type: settings.types.get(column) });
  };
  header.forEach(plan);
  for (const column of all) if (!own.has(column)) plan(column, absentIndex);
  assertValidNames(columns);
  return columns;
}

function assertKnownColumns(header: readonly string[], settings: MapSettings): void {
  const uses: [option: string, columns: Iterable<string>][] = [
    ['--select', settings.select ?? []],
    ['--drop', settings.drop],
    ['--rename', settings.rename.keys()],
    ['--types', settings.types.keys()],
  ];
  const known = new Set(header);
  const problems: string[] = [];
  let differsBySpaces = false;
  for (const [option, columns] of uses) {
    for (const column of new Set(columns)) {
      if (known.has(column)) continue;
      const spaced = header.find((name) => name.trim() === column.trim());
      differsBySpaces ||= spaced !== undefined;
      const near = spaced ?? findClosestName(column, header);
      const question = near === undefined ? '' : ` (did you mean ${quoteText(near)}?)`;
      problems.push(`${option} ${quoteText(column)}${question}`);
    }
  }
  if (problems.length === 0) return;
  const spacesHint = ' Include the spaces around column names.';
  throw new LoaderError('COLUMN_UNKNOWN', `the header does not have these columns: ${problems.join(', ')}`, {
    hint: `Use these column names: ${quoteNames(header)}.${differsBySpaces ? spacesHint : ''}`,
  });
}

function assertValidNames(columns: readonly ColumnPlan[]): void {
  const problems: string[] = [];
  const columnOfName = new Map<string, string>();
  for (const { column, name } of columns) {
    const earlier = columnOfName.get(name);
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes === 0) problems.push(`column ${quoteText(column)} becomes an attribute with an empty name`);
    else if (nameBytes > maxAttributeNameBytes) {
      problems.push(
        `attribute name ${quoteText(name)} is ${nameBytes} bytes long, but DynamoDB allows at most ${maxAttributeNameBytes}`,
      );
    } else if (earlier === undefined) columnOfName.set(name, column);
    else {
      problems.push(`columns ${quoteText(earlier)} and ${quoteText(column)} both become attribute ${quoteText(name)}`);
    }
  }
  if (problems.length === 0) return;
  throw new LoaderError('HEADER_INVALID', `invalid attribute names: ${problems.join('; ')}`, {
    hint: 'Rename the attribute with --rename, or omit the column with --drop.',
  });
}
