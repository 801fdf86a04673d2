import { maxAttributeNameBytes } from '../../dynamodb/limits.ts';
import { LoaderError } from '../../errors.ts';
import type { AttributeType, MapSettings } from '../settings.ts';
import { closestName } from '../../text/closest.ts';
import { listNames, showText } from '../../text/quote-value.ts';

/** Place of a column that the source does not have, and others do: beyond all fields, so that it is blank. */
export const absent = 0x3fff_ffff;

/** A column that is loaded, and the attribute it becomes. */
export interface ColumnPlan {
  /** Its place in the record, from 0; `absent` where the source does not have it. */
  readonly index: number;
  /** Its name in the header. */
  readonly column: string;
  /** Name of the attribute. */
  readonly name: string;
  /** As the settings have it; undefined: the table's for a key attribute, else S. */
  readonly type: AttributeType | undefined;
}

/**
 * Chooses, names and types the columns, in the order of the header; those that only other sources have follow them.
 * Needs no table.
 *
 * @param header names of the columns of the source
 * @param all names of the columns of all sources of the job, those of this one among them
 * @throws LoaderError COLUMN_UNKNOWN, naming every column of the settings that no source has;
 *   HEADER_INVALID where two columns make one attribute or a name is none that DynamoDB takes
 */
export function planColumns(
  header: readonly string[],
  settings: MapSettings,
  all: readonly string[] = header,
): ColumnPlan[] {
  refuseUnknown(all, settings);
  const selected = new Set(settings.select ?? all);
  const dropped = new Set(settings.drop);
  const own = new Set(header);
  const columns: ColumnPlan[] = [];
  const plan = (column: string, index: number): void => {
    if (!selected.has(column) || dropped.has(column)) return;
    columns.push({ index, column, name: settings.rename.get(column) ?? column, type: settings.types.get(column) });
  };
  header.forEach(plan);
  for (const column of all) if (!own.has(column)) plan(column, absent);
  refuseBadNames(columns);
  return columns;
}

function refuseUnknown(header: readonly string[], settings: MapSettings): void {
  const uses: [option: string, columns: Iterable<string>][] = [
    ['--select', settings.select ?? []],
    ['--drop', settings.drop],
    ['--rename', settings.rename.keys()],
    ['--types', settings.types.keys()],
  ];
  const known = new Set(header);
  const problems: string[] = [];
  let bySpaces = false;
  for (const [option, columns] of uses) {
    for (const column of new Set(columns)) {
      if (known.has(column)) continue;
      const spaced = header.find((name) => name.trim() === column.trim());
      bySpaces ||= spaced !== undefined;
      const near = spaced ?? closestName(column, header);
      const question = near === undefined ? '' : ` (did you mean ${showText(near)}?)`;
      problems.push(`${showText(column)} of ${option}${question}`);
    }
  }
  if (problems.length === 0) return;
  const spaces = ' Names are taken exactly as the header has them, with the spaces around them.';
  throw new LoaderError('COLUMN_UNKNOWN', `There is no column ${problems.join(', nor ')}.`, {
    hint: `The columns are: ${listNames(header)}.${bySpaces ? spaces : ''}`,
  });
}

function refuseBadNames(columns: readonly ColumnPlan[]): void {
  const problems: string[] = [];
  const columnOfName = new Map<string, string>();
  for (const { column, name } of columns) {
    const earlier = columnOfName.get(name);
    const nameBytes = Buffer.byteLength(name);
    if (nameBytes === 0) problems.push(`column ${showText(column)} would make an attribute without a name`);
    else if (nameBytes > maxAttributeNameBytes) {
      problems.push(
        `the attribute name ${showText(name)} has ${nameBytes} bytes, DynamoDB takes ${maxAttributeNameBytes} at most`,
      );
    } else if (earlier === undefined) columnOfName.set(name, column);
    else {
      problems.push(
        `columns ${showText(earlier)} and ${showText(column)} would both become the attribute ${showText(name)}`,
      );
    }
  }
  if (problems.length === 0) return;
  throw new LoaderError('HEADER_INVALID', `The columns cannot be loaded as they are named: ${problems.join('; ')}.`, {
    hint: 'Give the attribute another name with --rename, or leave the column out with --drop.',
  });
}
