import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { connectAndLoad } from '../../src/load/connect.ts';
import type { Summary } from '../../src/load/summary.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import { scanAll } from '../helpers/compare/tables.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { tempDir } from '../helpers/temp.ts';
import { makeRawOptions, processContext, type Texts } from '../unit/options/given.ts';

vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
const emulator = withDynalite();
const folder = tempDir();
let tables = 0;

/** Writes the contents to files, and loads these into a new table. */
async function loadFiles(contents: readonly (string | Buffer)[], options: Texts = {}) {
  const table = `sources-${++tables}`;
  const paths = contents.map((content, index) => {
    const path = join(folder, `${table}-${index}.csv`);
    writeFileSync(path, content);
    return path;
  });
  const given = makeRawOptions({
    table,
    createTable: 'true',
    checkpoint: join(folder, `${table}.checkpoint`),
    endpointUrl: emulator.endpoint,
    region: 'us-east-1',
    ...options,
  });
  const said: string[] = [];
  const summary: Summary = await connectAndLoad(resolveDirect(parseOptions(given, paths), processContext), {
    stdin: Readable.from([]),
    env: process.env,
    stop: new AbortController().signal,
    report: { phase: () => undefined, begin: () => undefined, say: (text) => said.push(text) },
  });
  return { table, summary, said };
}

async function tableExists(name: string): Promise<boolean> {
  return emulator.client.send(new DescribeTableCommand({ TableName: name })).then(
    () => true,
    () => false,
  );
}

test.each(['PK', '<id>', '<html>', '[id]', '[{', '{id}', '{"id"}'])(
  'a header that starts with %s is loaded',
  async (name) => {
    const { summary, table } = await loadFiles([`${name},SK,name\n1,2,Ann\n`]);
    expect(summary).toMatchObject({ error: null, written: 1 });
    const [item] = await scanAll(emulator.client, table);
    expect(Object.keys(item ?? {}).sort()).toEqual(['SK', name, 'name'].sort());
  },
);

test.each([
  ['UTF-16 without a mark', Buffer.from('id,name\n1,Ann\n', 'utf16le'), 'HEADER_INVALID', /utf-16le/],
  ['JSON', '[{"id": 1}]', 'FORMAT_UNSUPPORTED', /duckdb/],
])('%s ends the load before the table is created', async (_, content, code, hint) => {
  const { summary, table } = await loadFiles([content]);
  expect(summary).toMatchObject({
    exitStatus: 3,
    read: 0,
    error: { code, hint: expect.stringMatching(hint) as string },
  });
  expect(await tableExists(table)).toBe(false);
});

test.each([
  ['lacks the partition key', 'name\nAnn\n', 'KEY_COLUMN_MISSING'],
  ['has an invalid header', 'id,id\n1,1\n', 'HEADER_INVALID'],
])('a later source that %s ends the load before the table is created', async (_, later, code) => {
  for (const options of [{}, { partitionKey: 'id' }]) {
    const { summary, table } = await loadFiles(['id,name\n1,Ann\n', later], options);
    expect(summary).toMatchObject({ exitStatus: 3, requests: 0, error: { code } });
    expect(summary.error?.place?.source).toContain(`${table}-1.csv`);
    expect(await tableExists(table)).toBe(false);
  }
});

const people = 'id,name\n1,Ann\n';
const empty: readonly (string | Buffer)[] = ['', '\n\n', gzipSync('')];

test.each([
  ['before', [...empty, people, 'id\n2\n']],
  ['between', [people, ...empty, 'id\n2\n']],
  ['after', [people, 'id\n2\n', ...empty]],
])('empty sources %s the others are passed over and counted', async (_, contents) => {
  const { summary, table } = await loadFiles(contents);
  expect(summary).toMatchObject({ exitStatus: 0, error: null, emptySources: 3, read: 2, written: 2, checkpoint: null });
  expect(summary.sources).toHaveLength(5);
  expect(await scanAll(emulator.client, table)).toHaveLength(2);
});

test('an empty source among several is passed over with --compression gzip', async () => {
  const { summary } = await loadFiles(['', gzipSync(people)], { compression: 'gzip' });
  expect(summary).toMatchObject({ error: null, emptySources: 1, written: 1 });
});

test.each([
  [[''], 'the header is missing: the source is empty'],
  [empty, 'the header is missing: all 3 sources are empty'],
])('a load of only empty sources ends with status 3 and creates no table (%#)', async (contents, message) => {
  const { summary, table } = await loadFiles(contents);
  expect(summary).toMatchObject({ exitStatus: 3, requests: 0, error: { code: 'HEADER_INVALID', message } });
  expect(await tableExists(table)).toBe(false);
});
