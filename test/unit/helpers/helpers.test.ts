import { BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compareTableWithFile, computeExpectedItems } from '../../helpers/compare/compare.ts';
import { fieldMakers, formatCsv, makeEqualKeys, makeCsv, makeNumberKeys, makeBadRecords } from '../../helpers/csv.ts';
import { startDynalite } from '../../helpers/emulators/emulator.ts';
import { normalizeNumber } from '../../helpers/compare/keys.ts';
import { tempDir } from '../../helpers/temp.ts';
import { createTable, scanAll } from '../../helpers/compare/tables.ts';

function file(bytes: Buffer): string {
  const path = join(tempDir(), 'records.csv');
  writeFileSync(path, bytes);
  return path;
}

describe('compareTableWithFile', () => {
  it('returns every difference between table and file, and none if they are equal', async () => {
    const emulator = await startDynalite();
    onTestFinished(() => emulator.stop());
    const { client } = emulator;
    const table = await createTable(client, {
      partitionKey: ['id', 'N'],
      sortKey: ['place', 'S'],
      indexes: { byTime: { partitionKey: ['time', 'S'] } },
    });
    const path = file(formatCsv(makeNumberKeys(20)));
    const mapping = { keys: ['id', 'place'], types: { id: 'N' } } as const;
    const items = await computeExpectedItems(path, mapping);
    for (let start = 0; start < items.length; start += 25) {
      const requests = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
    expect(await compareTableWithFile(client, table, path, mapping)).toEqual([]);
    const Item = { id: { N: '1e3' }, place: { S: 'x' } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    await client.send(new PutItemCommand({ TableName: table, Item: { ...items[0], time: { S: 'changed' } } }));
    expect(await compareTableWithFile(client, table, path, mapping)).toEqual([
      expect.stringContaining('time is S "changed", expected S "0"'),
      'N 1e3 / S "x": in the table, not expected',
    ]);
    expect((await scanAll(client, table)).length).toBe(81);
  });

  it.each([
    ['1', '1e0'],
    ['1.0', '1e0'],
    ['01', '1e0'],
    ['1e0', '1e0'],
    ['-0', '0'],
    ['100', '1e2'],
    ['-.5', '-5e-1'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678e0'],
  ])('normalizes the number %s to %s', (text, value) => {
    expect(normalizeNumber(text)).toBe(value);
  });
});

describe('CSV generators', () => {
  it.each(['near', 'far', 'both'] as const)('write every key three times (distance: %s)', async (distance) => {
    const csv = makeEqualKeys(500, 3, { distance });
    const items = await computeExpectedItems(file(formatCsv(csv)), { keys: ['id'] });
    expect(csv.records.length).toBe(1_500);
    expect(items.length).toBe(500);
    expect(new Set(items.map((item) => item['time']?.S))).toEqual(new Set(['2']));
  });

  it('write files that csv-parse reads correctly', async () => {
    const csv = makeCsv(200, fieldMakers);
    const items = await computeExpectedItems(file(formatCsv(csv, { newline: '\r\n', bom: true })), {
      keys: ['id'],
      empty: 'string',
    });
    expect(items.map((item) => csv.header.map((name) => item[name]?.S))).toEqual(csv.records);
  });

  it('report the position of every bad record', () => {
    const { bytes, bad, good } = makeBadRecords(2_000);
    expect(new Set(bad.map(({ code }) => code)).size).toBe(6);
    expect(bad.length + good.records.length).toBe(2_000);
    const text = bytes.toString('latin1').replaceAll('\r\n', '\n').split('\n');
    for (const { line, raw } of bad) {
      expect(text[line - 1]).toBe(raw.toString('latin1').replaceAll('\r\n', '\n').split('\n')[0]);
    }
  });
});
