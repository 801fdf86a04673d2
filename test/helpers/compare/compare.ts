import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Options, parse } from 'csv-parse';
import { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { AttributeType, EmptyFields } from '../../../src/load/settings.ts';
import { type Item, formatKey } from './keys.ts';
import { describeDifferences, scanAll } from './tables.ts';

/** How the fields of a file are expected to become attributes. */
export interface Mapping {
  /** Names of the key attributes. */
  readonly keys: readonly string[];
  /** Attribute types by column name; default S. */
  readonly types?: Readonly<Record<string, AttributeType>>;
  /** Attribute names by column name. */
  readonly rename?: Readonly<Record<string, string>>;
  readonly select?: readonly string[];
  readonly drop?: readonly string[];
  /** Default `omit`. */
  readonly empty?: EmptyFields;
  readonly nullStrings?: readonly string[];
  /** Returns true for a record that must be rejected. Records are counted from 1 in each file. */
  readonly isRejected?: (record: Readonly<Record<string, string>>, number: number) => boolean;
  /** Options for csv-parse, such as delimiter, quote or relax_column_count. */
  readonly csv?: Options;
}

/** Computes the items that a load of the files must leave in the table: the last record of each key. */
export async function computeExpectedItems(files: string | readonly string[], mapping: Mapping): Promise<Item[]> {
  const items = new Map<string, Item>();
  for (const file of [files].flat()) {
    let number = 0;
    const records = createReadStream(file).pipe(parse({ bom: true, skip_empty_lines: true, ...mapping.csv }));
    let header: string[] | undefined;
    for await (const fields of records as AsyncIterable<string[]>) {
      if (header === undefined) {
        header = fields;
        continue;
      }
      number += 1;
      const record = Object.fromEntries(header.map((column, index) => [column, fields[index] ?? '']));
      if (mapping.isRejected?.(record, number) === true) continue;
      const item = itemOf(record, mapping);
      const key = formatKey(item, mapping.keys);
      items.set(key, item);
    }
  }
  return [...items.values()];
}

/** Scans the table and describes how it differs from the files. Empty if all items are equal. */
export async function compareTableWithFile(
  client: DynamoDBClient,
  table: string,
  files: string | readonly string[],
  mapping: Mapping,
): Promise<string[]> {
  return describeDifferences(await computeExpectedItems(files, mapping), await scanAll(client, table), mapping.keys);
}

function itemOf(record: Readonly<Record<string, string>>, mapping: Mapping): Item {
  const entries: [string, AttributeValue][] = [];
  for (const [column, text] of Object.entries(record)) {
    if (mapping.select?.includes(column) === false || mapping.drop?.includes(column) === true) continue;
    const value = valueOf(text, mapping.types?.[column] ?? 'S', mapping);
    if (value !== undefined) entries.push([mapping.rename?.[column] ?? column, value]);
  }
  return Object.fromEntries(entries);
}

function valueOf(text: string, type: AttributeType, { empty = 'omit', nullStrings = [] }: Mapping) {
  if (nullStrings.includes(text)) return { NULL: true } as const;
  if (text === '') {
    if (empty === 'null') return { NULL: true } as const;
    if (empty === 'omit' || (type !== 'S' && type !== 'B')) return undefined;
  }
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: text };
    case 'BOOL':
      return { BOOL: /^(true|1)$/i.test(text) };
    case 'NULL':
      return { NULL: true } as const;
    case 'B':
      return { B: Buffer.from(text, 'base64') };
  }
}
