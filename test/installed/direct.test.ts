import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTableWithFile, type Mapping } from '../helpers/compare/compare.ts';
import { fieldMakers, formatCsv, makeEqualKeys, makeCsv, makeNumberKeys } from '../helpers/csv.ts';
import { startDynamoDBLocal, startDynalite, type Emulator } from '../helpers/emulators/emulator.ts';
import { startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { run, summaryOf, tempDir } from '../helpers/run/run.ts';
import { createTable, scanAll, type Key } from '../helpers/compare/tables.ts';

const vegaPath = (name: string): string =>
  join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data', name);

const zipCodes = vegaPath('zipcodes.csv');
const airports = vegaPath('airports.csv');

const emulators = [
  ['dynalite', startDynalite],
  ['DynamoDB Local', startDynamoDBLocal],
] as const;

/** Runs `csv2ddb direct --json` with more arguments. @returns the result with its parsed summary */
async function runDirect(emulator: { endpoint: string }, table: string, file: string, ...more: string[]) {
  const args = ['direct', file, '--table', table, '--endpoint-url', emulator.endpoint, '--json', ...more];
  const result = await run(args, { cwd: tempDir() });
  return { ...result, summary: summaryOf(result) };
}

function writeTempFile(name: string, bytes: Buffer | string): string {
  const path = join(tempDir(), name);
  writeFileSync(path, bytes);
  return path;
}

describe.each(emulators)('direct from the command line into %s', (_, start) => {
  let emulator: Emulator;
  let skipped: string | undefined;

  beforeAll(async () => {
    const started = await start();
    if ('skipped' in started) skipped = started.skipped;
    else emulator = started;
  }, 300_000);

  afterAll(async () => {
    if (skipped === undefined) await emulator.stop();
  });

  /** Runs a test if the emulator is available; otherwise skips it with the reason. */
  const test = (title: string, body: () => Promise<void>): void => {
    it(title, { timeout: 240_000 }, async (context) => {
      if (skipped !== undefined) context.skip(skipped);
      await body();
    });
  };

  const load = async (csv: Buffer | string, keys: Key[], mapping: Omit<Mapping, 'keys'> = {}, ...more: string[]) => {
    const [partitionKey, sortKey] = keys;
    if (partitionKey === undefined) throw new Error('a table needs a partition key');
    const table = await createTable(emulator.client, { partitionKey, ...(sortKey === undefined ? {} : { sortKey }) });
    const file = writeTempFile('input.csv', csv);
    const result = await runDirect(emulator, table, file, ...more);
    const differing = await compareTableWithFile(emulator.client, table, file, {
      keys: keys.map(([name]) => name),
      ...mapping,
    });
    return { ...result, differing, table };
  };

  test('writes all 42,049 zip codes as another parser reads them, with their leading zeros', async () => {
    const table = await createTable(emulator.client, { partitionKey: ['zip_code', 'S'] });
    const { status, summary } = await runDirect(emulator, table, zipCodes);
    expect(status).toBe(0);
    expect(summary).toMatchObject({ read: 42_049, rejected: 0, checkpoint: null, error: null });
    expect(summary.written + summary.superseded).toBe(42_049);
    expect(summary.bytes).toBe(readFileSync(zipCodes).length);
    expect(await compareTableWithFile(emulator.client, table, zipCodes, { keys: ['zip_code'] })).toEqual([]);
    const items = await scanAll(emulator.client, table);
    expect(items.filter((item) => item['zip_code']?.S?.startsWith('0')).length).toBeGreaterThan(3_000);
  });

  test('creates a table and writes all 3,376 airports with exact numbers as coordinates', async () => {
    const table = `airports-${process.pid}`;
    const types = { latitude: 'N', longitude: 'N' } as const;
    const more = ['--create-table', '--partition-key', 'iata', '--types', 'latitude:N,longitude:N'];
    const { status, summary } = await runDirect(emulator, table, airports, ...more);
    expect(status).toBe(0);
    expect(summary).toMatchObject({ read: 3_376, written: 3_376, items: 3_376 });
    expect(await compareTableWithFile(emulator.client, table, airports, { keys: ['iata'], types })).toEqual([]);
  });

  for (const count of [0, 1, 24, 25, 26, 50, 51]) {
    test(`writes ${count} records with the minimum number of requests`, async () => {
      const csv = formatCsv(makeCsv(count, { id: fieldMakers.id, text: fieldMakers.quoted }));
      const { status, summary, differing } = await load(csv, [['id', 'S']]);
      expect(status).toBe(0);
      expect(summary).toMatchObject({ read: count, written: count, requests: Math.ceil(count / 25) });
      expect(differing).toEqual([]);
    });
  }

  test('keeps the last of three records per key, near or far apart, with 64 requests in flight', async () => {
    const csv = formatCsv(makeEqualKeys(3_000, 3));
    const { status, summary, differing } = await load(csv, [['id', 'S']], {}, '--concurrency', '64');
    expect(status).toBe(0);
    expect(summary.read).toBe(9_000);
    expect(summary.written + summary.superseded).toBe(9_000);
    expect(differing).toEqual([]);
  });

  test('treats the number keys 1, 1.0, 1e0 and 01 as one key', async () => {
    const csv = formatCsv(makeNumberKeys(500));
    const { status, summary, differing } = await load(
      csv,
      [['id', 'N']],
      { types: { id: 'N' } },
      '--concurrency',
      '64',
    );
    expect(status).toBe(0);
    expect(summary.written + summary.superseded).toBe(2_000);
    expect(differing).toEqual([]);
  });

  test('writes to a table with a partition key and a sort key', async () => {
    const csv = formatCsv(
      makeCsv(2_000, { p: (index) => `p${index % 7}`, s: (index) => String(index), t: fieldMakers.lines }),
    );
    const keys: Key[] = [
      ['p', 'S'],
      ['s', 'N'],
    ];
    const { status, summary, differing } = await load(csv, keys, { types: { s: 'N' } });
    expect(status).toBe(0);
    expect(summary.written).toBe(2_000);
    expect(differing).toEqual([]);
  });

  test('converts all types, and renames, drops and blanks fields', async () => {
    const csv = 'id,n,b,flag,gone,text\n1,1e2,AQID,TRUE,x,\n2,,,,x,NULL\n3,-0.50,/w==,false,x,"a ""b"""\n';
    const more = ['--types', 'n:N,b:B,flag:BOOL', '--rename', 'text=note', '--drop', 'gone', '--null-strings', 'NULL'];
    const { status, table } = await load(csv, [['id', 'S']], {}, ...more, '--empty', 'null');
    expect(status).toBe(0);
    const items = new Map((await scanAll(emulator.client, table)).map((item) => [item['id']?.S, item]));
    expect(items.get('1')).toEqual({
      id: { S: '1' },
      n: { N: '100' },
      b: { B: Uint8Array.of(1, 2, 3) },
      flag: { BOOL: true },
      note: { NULL: true },
    });
    expect(items.get('2')).toEqual({
      id: { S: '2' },
      n: { NULL: true },
      b: { NULL: true },
      flag: { NULL: true },
      note: { NULL: true },
    });
    expect(items.get('3')).toMatchObject({ n: { N: '-0.5' }, flag: { BOOL: false }, note: { S: 'a "b"' } });
  });

  test('writes an item of 409,600 bytes and rejects one of 409,601 bytes before sending it', async () => {
    const text = 'x'.repeat(409_600 - 'id'.length - 'a'.length - 't'.length);
    const { status, summary, table, stderr } = await load(`id,t\na,${text}\na,${text}y\n`, [['id', 'S']]);
    expect(stderr).toContain('rejects');
    expect(status).toBe(1);
    expect(summary).toMatchObject({ read: 2, written: 1, rejected: 1, requests: 1 });
    expect(await scanAll(emulator.client, table)).toEqual([{ id: { S: 'a' }, t: { S: text } }]);
  });

  test('splits large items into requests by encoded bytes', async () => {
    // A control character is one byte in the item and six in the request.
    const text = '\u0001'.repeat(300_000);
    const csv = 'id,t\n' + Array.from({ length: 24 }, (_, index) => `${index},${text}\n`).join('');
    const { status, summary, differing } = await load(csv, [['id', 'S']]);
    expect(status).toBe(0);
    expect(summary.written).toBe(24);
    expect(summary.requests).toBeGreaterThanOrEqual(3);
    expect(differing).toEqual([]);
  });

  test('has at most one write per key in flight at any concurrency', async () => {
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const proxy = await startFaultProxy(emulator.endpoint, { keys: ['id'], faults: { partial: 0.3, delay: 0.3 } });
    const file = writeTempFile('input.csv', formatCsv(makeEqualKeys(400, 5, { distance: 'near' })));
    const { status } = await runDirect(proxy, table, file, '--concurrency', '64');
    await proxy.stop();
    expect(status).toBe(0);
    expect(proxy.inFlightRequests).toBeGreaterThan(1);
    expect(Math.max(...proxy.inFlightPerKey.values())).toBe(1);
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });
});
