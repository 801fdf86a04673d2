import { maxItemBytes, maxPartitionKeyBytes, maxSortKeyBytes } from '../../dynamodb/limits.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import { LoaderError } from '../../errors.ts';
import type { AttributeType } from '../settings.ts';
import { closestName } from '../../text/closest.ts';
import { absent, type ColumnPlan } from './columns.ts';
import { listNames, showText } from '../../text/quote-value.ts';

/** What an attribute is to the table: part of its primary key, key of an index only, or neither. */
export type AttributeRole = 'partition' | 'sort' | 'index' | 'plain';

/** A column that is loaded, with all that the table says of its attribute. */
export interface BoundColumn extends ColumnPlan {
  readonly type: AttributeType;
  readonly role: AttributeRole;
  /** Longest value of type S or B, in bytes: the limit of the role. */
  readonly maxBytes: number;
}

/** What the table asks of one of its key attributes. */
type KeyRule = Pick<BoundColumn, 'type' | 'role' | 'maxBytes'>;

/**
 * Gives each column its type and its role in the table. A key attribute takes the type that the table defines
 * for it, that of a secondary index too; other columns are S unless typed.
 *
 * @throws LoaderError KEY_COLUMN_MISSING where no column makes a key attribute of the table;
 *   TYPE_CONFLICT where `--types` gives a key attribute another type than the table does
 */
export function bindToTable(columns: readonly ColumnPlan[], table: TableDescription): BoundColumn[] {
  refuseMissingKeys(columns, table);
  const rules = keyRules(table);
  const contradictions: string[] = [];
  const bound = columns.map((column): BoundColumn => {
    const rule = rules.get(column.name);
    if (rule === undefined) return { ...column, type: column.type ?? 'S', role: 'plain', maxBytes: maxItemBytes };
    if (column.type !== undefined && column.type !== rule.type) {
      const what = rule.role === 'index' ? 'a key of an index' : `the ${rule.role} key`;
      contradictions.push(
        `column ${showText(column.column)} is ${column.type}, but ${showText(column.name)}, ${what}, is ${rule.type}`,
      );
    }
    return { ...column, ...rule };
  });
  if (contradictions.length > 0) {
    throw new LoaderError(
      'TYPE_CONFLICT',
      `--types contradicts the table ${showText(table.name)}: ${contradictions.join('; ')}.`,
      { hint: 'Key attributes take their type from the table: leave them out of --types.' },
    );
  }
  return bound;
}

function refuseMissingKeys(all: readonly ColumnPlan[], table: TableDescription): void {
  const columns = all.filter(({ index }) => index !== absent);
  const names = columns.map((column) => column.name);
  const problems: string[] = [];
  let hint = 'Name the column that holds it with --rename, and see that --select and --drop leave it in.';
  for (const [role, key] of Object.entries({ partition: table.partitionKey, sort: table.sortKey })) {
    if (key === undefined || names.includes(key.name)) continue;
    problems.push(`the ${role} key ${showText(key.name)}`);
    const near = closestName(key.name, names);
    const column = columns.find(({ name }) => name === near)?.column;
    if (column !== undefined) hint = `Is it the column ${showText(column)}? Give it the key's name with --rename.`;
  }
  if (problems.length === 0) return;
  throw new LoaderError(
    'KEY_COLUMN_MISSING',
    `No column makes ${problems.join(' and ')} of the table ${showText(table.name)}. ` +
      (names.length === 0 ? 'No column is loaded.' : `The columns make: ${listNames(names)}.`),
    { hint },
  );
}

function keyRules(table: TableDescription): Map<string, KeyRule> {
  const rules = new Map<string, KeyRule>();
  for (const { name, type, role } of table.indexKeys) {
    // an attribute may be partition key of one index and sort key of another: the shorter limit holds
    const maxBytes = role === 'sort' ? maxSortKeyBytes : (rules.get(name)?.maxBytes ?? maxPartitionKeyBytes);
    rules.set(name, { type, role: 'index', maxBytes });
  }
  const { partitionKey, sortKey } = table;
  rules.set(partitionKey.name, { type: partitionKey.type, role: 'partition', maxBytes: maxPartitionKeyBytes });
  if (sortKey !== undefined) rules.set(sortKey.name, { type: sortKey.type, role: 'sort', maxBytes: maxSortKeyBytes });
  return rules;
}
