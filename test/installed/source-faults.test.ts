import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { fieldMakers, formatCsv, makeCsv } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startHttpSource } from '../helpers/sources/http-source.ts';
import { below, random } from '../helpers/random.ts';
import { run, start, summaryOf, tempDir, type RunResult } from '../helpers/run/run.ts';
import { startS3Source } from '../helpers/sources/s3-source.ts';
import { createTable } from '../helpers/compare/tables.ts';

const records = 100_000;
const csv = formatCsv(makeCsv(records, { id: fieldMakers.id, text: fieldMakers.lines, count: fieldMakers.count }));

const emulator = withDynalite();
let file: string;
beforeAll(() => {
  file = join(tempDir(), 'expected.csv');
  writeFileSync(file, csv);
});

async function setUpJob(source: string) {
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const args = ['direct', source, '--table', table, '--endpoint-url', emulator.endpoint, '--json'];
  return { table, args, cwd: tempDir() };
}

/** Asserts status 0, each record counted once, and a table equal to the file. */
async function expectLoaded(result: RunResult, table: string): Promise<void> {
  expect(result.status, result.stderr).toBe(0);
  expect(summaryOf(result)).toMatchObject({ read: records, written: records, rejected: 0, bytes: csv.length });
  expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'], types: {} })).toEqual([]);
}

describe('a load of 100,000 records loses none and counts none twice from', { timeout: 240_000 }, () => {
  it('an HTTP server that cuts bodies at random offsets and is sometimes busy', async () => {
    const rand = random(31);
    const server = await startHttpSource(csv, {
      cutAfter: () => 1 + below(600_000, rand),
      busy: { requests: [3, 4, 9] },
      reset: [6, 12],
    });
    const { table, args, cwd } = await setUpJob(server.url);
    const result = await run(args, { cwd, timeoutMs: 200_000 });
    expect(server.requests.length).toBeGreaterThan(10);
    await server.close();
    await expectLoaded(result, table);
  });

  it('an S3 server that answers 503 and cuts bodies', async () => {
    const rand = random(32);
    const s3 = await startS3Source('my-bucket', new Map([['in/people.csv', csv]]), {
      cutAfter: () => 1 + below(700_000, rand),
      refuse: { requests: (number) => number % 4 === 2, error: { status: 503, code: 'SlowDown' } },
    });
    const { table, cwd, args } = await setUpJob('s3://my-bucket/in/people.csv');
    // S3 and DynamoDB have different endpoints here.
    const own = args.filter((arg) => arg !== '--endpoint-url' && arg !== emulator.endpoint);
    const env = { AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint, AWS_ENDPOINT_URL_S3: s3.endpoint };
    const result = await run(own, { cwd, env, timeoutMs: 200_000 });
    expect(s3.requests.length).toBeGreaterThan(10);
    await s3.close();
    await expectLoaded(result, table);
  });

  it('standard input that stalls', async () => {
    const { table, cwd, args } = await setUpJob('-');
    const running = start(args, { cwd, stdin: null, timeoutMs: 200_000 });
    const rand = random(33);
    const { stdin } = running.child;
    for (let at = 0; at < csv.length;) {
      const bytes = Math.min(csv.length - at, 1 + below(rand() < 0.5 ? 200 : 400_000, rand));
      if (stdin?.write(Buffer.from(csv.subarray(at, at + bytes))) === false) {
        await new Promise((resolve) => stdin.once('drain', resolve));
      }
      at += bytes;
      if (rand() < 0.2) await sleep(1_000 * rand());
    }
    stdin?.end();
    await expectLoaded(await running.ended, table);
  });
});

describe('an interrupted download', () => {
  it.each([
    ['does not support ranges', { ranges: false }],
    ['sends no ETag', { etag: null }],
  ])('from a server that %s ends with status 3, and --resume continues', { timeout: 120_000 }, async (_, kind) => {
    let isBroken = true;
    const server = await startHttpSource(csv, { ...kind, cutAfter: () => (isBroken ? 1_500_000 : undefined) });
    const { table, args, cwd } = await setUpJob(server.url);
    const stopped = await run(args, { cwd });
    expect(stopped.status, stopped.stderr).toBe(3);
    expect(summaryOf(stopped)).toMatchObject({
      checkpoint: 'people.csv.checkpoint',
      ahead: 0,
      error: { code: 'SOURCE_UNREADABLE' },
    });
    expect(summaryOf(stopped).written).toBeGreaterThan(10_000);
    isBroken = false;
    const resumed = await run([...args, '--resume'], { cwd });
    await server.close();
    expect(summaryOf(resumed).resumed).toBe(true);
    await expectLoaded(resumed, table);
  });

  it(
    'of an object that is replaced ends with status 3, and no record of the new version is loaded',
    { timeout: 120_000 },
    async () => {
      const other = Buffer.from(csv.toString().replaceAll('id-', 'no-'));
      const server = await startHttpSource(csv, {
        cutAfter: (_, number) => (number === 3 ? 1_000_000 : undefined),
        change: { fromRequest: 4, bytes: other },
      });
      const { table, args, cwd } = await setUpJob(server.url);
      const stopped = await run(args, { cwd });
      expect(stopped.status, stopped.stderr).toBe(3);
      expect(summaryOf(stopped).error?.code).toBe('SOURCE_CHANGED');
      const resumed = await run([...args, '--resume'], { cwd });
      await server.close();
      expect(resumed.status, stopped.stderr + resumed.stderr).toBe(3);
      expect(summaryOf(resumed).error?.code).toBe('SOURCE_CHANGED');
      const { scanAll } = await import('../helpers/compare/tables.ts');
      const items = await scanAll(emulator.client, table);
      expect(items.filter(({ id }) => id?.S?.startsWith('no-') === true)).toEqual([]);
    },
  );
});
