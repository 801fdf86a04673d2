import type { TableDescription } from '../../../../src/dynamodb/table.ts';
import { planColumns } from '../../../../src/load/map/columns.ts';
import type { MapResult } from '../../../../src/load/map/map-result.ts';
import { compileMapper } from '../../../../src/load/map/mapper.ts';
import type { MapSettings, Ragged } from '../../../../src/load/settings.ts';
import type { CsvRecord } from '../../../../src/load/read/record.ts';

/** Makes a record like a reader does. Its fields do not start at the beginning of the buffer. */
export function recordOf(fields: readonly (string | Buffer)[]): CsvRecord {
  const parts = fields.map((field) => (typeof field === 'string' ? Buffer.from(field, 'utf8') : field));
  const record: CsvRecord = {
    bytes: Buffer.concat([Buffer.from('"'), ...parts.flatMap((part) => [part, Buffer.from(',')])]),
    fieldCount: parts.length,
    // Longer than the record, with stale positions of an earlier record at the end.
    starts: new Int32Array(parts.length + 2).fill(1),
    ends: new Int32Array(parts.length + 2).fill(2),
    number: 1,
    line: 2,
    offset: 10,
    raw: Buffer.alloc(0),
    rawStart: 0,
    rawEnd: 0,
    fault: undefined,
  };
  let at = 1;
  parts.forEach((part, index) => {
    record.starts[index] = at;
    record.ends[index] = at + part.length;
    at += part.length + 1;
  });
  return record;
}

export function settingsWith(settings: Partial<MapSettings> = {}): MapSettings {
  return {
    types: new Map(),
    rename: new Map(),
    select: undefined,
    drop: [],
    empty: 'omit',
    nullStrings: [],
    ...settings,
  };
}

export function tableWith(table: Partial<TableDescription> = {}): TableDescription {
  return {
    name: 'orders',
    partitionKey: { name: 'id', type: 'S' },
    sortKey: undefined,
    indexKeys: [],
    provisionedWriteUnits: undefined,
    ...table,
  };
}

export function mapperOf(
  header: readonly string[],
  table: Partial<TableDescription> = {},
  settings: Partial<MapSettings> = {},
  ragged: Ragged = 'reject',
): (record: CsvRecord) => MapResult {
  const all = settingsWith(settings);
  return compileMapper(planColumns(header, all), { fieldCount: header.length, ragged }, tableWith(table), all);
}

/** Returns the JSON text of an item, or `CODE: reason` of a reject. */
export function outcomeOf(mapped: MapResult): string {
  return mapped.kind === 'item'
    ? mapped.encoded.bytes.toString('utf8', 0, mapped.encoded.end)
    : `${mapped.code}: ${mapped.reason}`;
}

/** Computes the size of an item from its DynamoDB JSON, by the rules of the Developer Guide. */
export function sizeOfItem(item: Record<string, Record<string, unknown>>): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) {
    size += Buffer.byteLength(name);
    if ('S' in value) size += Buffer.byteLength(String(value.S));
    else if ('B' in value) size += Buffer.from(String(value.B), 'base64').length;
    else if ('N' in value) size += sizeOfNumber(String(value.N));
    else size += 1;
  }
  return size;
}

/** Expands the number without an exponent, and counts its pairs of digits. */
function sizeOfNumber(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^[+-]/, '').split('e');
  const [integer = '', fraction = ''] = mantissa.split('.');
  const wide = '0'.repeat(400);
  const digits = wide + integer + fraction + wide;
  const pointAt = wide.length + integer.length + Number(exponent);
  const aligned = pointAt % 2 === 0 ? digits : `0${digits}`;
  const pairs = (aligned.match(/../g) ?? []).join(' ').replace(/^(00 ?)+|( ?00)+$/g, '');
  if (pairs === '') return 1;
  return 1 + pairs.split(' ').length + (text.startsWith('-') ? 1 : 0);
}

/** Returns the key of an item, with one character per byte, and its partition number. */
export function keysOf(result: MapResult): { key: string; partition: number } {
  if (result.kind === 'reject') throw new Error(result.reason);
  return { key: result.key.toString('latin1', result.keyStart, result.keyEnd), partition: result.partition };
}
