import { maxItemBytes, maxPartitionKeyBytes, maxSortKeyBytes } from '../../dynamodb/limits.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import { LoaderError } from '../../errors.ts';
import type { AttributeType } from '../settings.ts';
import { findClosestName } from '../../text/closest.ts';
import { absentIndex, type ColumnPlan } from './columns.ts';
import { quoteNames, quoteText } from '../../text/quote-value.ts';

/** The role of an attribute in the table: part of the primary key, key of an index only, or neither. */
export type AttributeRole = 'partition' | 'sort' | 'index' | 'plain';

/** A loaded column with the type, role and limit of its attribute. */
export interface BoundColumn extends ColumnPlan {
  readonly type: AttributeType;
  readonly role: AttributeRole;
  /** Maximum length of a value of type S or B, in bytes. */
  readonly maxBytes: number;
}

/** The requirements of the table for a key attribute. */
type KeyRule = Pick<BoundColumn, 'type' | 'role' | 'maxBytes'>;

/**
 * Gives each column its type and its role in the table. Key attributes of the table and its indexes take their type
 * from the table. Other columns are S unless `--types` says otherwise.
 *
 * @throws LoaderError KEY_COLUMN_MISSING if no column becomes a key attribute of the table;
 *   TYPE_CONFLICT if `--types` contradicts the table
 */
export function bindToTable(columns: readonly ColumnPlan[], table: TableDescription): BoundColumn[] {
  assertKeyColumns(columns, table);
  const rules = collectKeyRules(table);
  const contradictions: string[] = [];
  const bound = columns.map((column): BoundColumn => {
    const rule = rules.get(column.name);
    if (rule === undefined) return { ...column, type: column.type ?? 'S', role: 'plain', maxBytes: maxItemBytes };
    if (column.type !== undefined && column.type !== rule.type) {
      const key = rule.role === 'index' ? 'an index key' : `the ${rule.role} key`;
      contradictions.push(
        `column ${quoteText(column.column)} has type ${column.type}, but ${key} ${quoteText(column.name)} has type ${rule.type}`,
      );
    }
    return { ...column, ...rule };
  });
  if (contradictions.length > 0) {
    throw new LoaderError('TYPE_CONFLICT', `--types contradicts table ${table.name}: ${contradictions.join('; ')}`, {
      hint: 'Remove key attributes from --types. They take their type from the table.',
    });
  }
  return bound;
}

function assertKeyColumns(all: readonly ColumnPlan[], table: TableDescription): void {
  const columns = all.filter(({ index }) => index !== absentIndex);
  const names = columns.map((column) => column.name);
  const problems: string[] = [];
  let hint = 'Map a column to the key attribute with --rename, and check --select and --drop.';
  for (const [role, key] of Object.entries({ partition: table.partitionKey, sort: table.sortKey })) {
    if (key === undefined || names.includes(key.name)) continue;
    problems.push(`${role} key ${quoteText(key.name)}`);
    const near = findClosestName(key.name, names);
    const column = columns.find(({ name }) => name === near)?.column;
    if (column !== undefined) hint = `Rename column ${quoteText(column)} to ${quoteText(key.name)} with --rename.`;
  }
  if (problems.length === 0) return;
  throw new LoaderError(
    'KEY_COLUMN_MISSING',
    `table ${table.name} requires ${problems.join(' and ')}, but no column maps to ${problems.length === 1 ? 'it' : 'them'}: ` +
      (names.length === 0 ? 'no columns are loaded' : `the attributes are ${quoteNames(names)}`),
    { hint },
  );
}

function collectKeyRules(table: TableDescription): Map<string, KeyRule> {
  const rules = new Map<string, KeyRule>();
  for (const { name, type, role } of table.indexKeys) {
    // An attribute can be the partition key of one index and the sort key of another: the smaller limit applies.
    const maxBytes = role === 'sort' ? maxSortKeyBytes : (rules.get(name)?.maxBytes ?? maxPartitionKeyBytes);
    rules.set(name, { type, role: 'index', maxBytes });
  }
  const { partitionKey, sortKey } = table;
  rules.set(partitionKey.name, { type: partitionKey.type, role: 'partition', maxBytes: maxPartitionKeyBytes });
  if (sortKey !== undefined) rules.set(sortKey.name, { type: sortKey.type, role: 'sort', maxBytes: maxSortKeyBytes });
  return rules;
}
