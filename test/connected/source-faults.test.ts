import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { column, csvBytes, makeCsv } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startHttpSource } from '../helpers/sources/http-source.ts';
import { below, random } from '../helpers/random.ts';
import { run, start, summaryOf, tempDir, type RunResult } from '../helpers/run/run.ts';
import { startS3Source } from '../helpers/sources/s3-source.ts';
import { createTable } from '../helpers/compare/tables.ts';

const records = 100_000;
const csv = csvBytes(makeCsv(records, { id: column.id, text: column.lines, count: column.count }));

const emulator = withDynalite();
let file: string;
beforeAll(() => {
  file = join(tempDir(), 'expected.csv');
  writeFileSync(file, csv);
});

async function job(source: string) {
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const args = ['direct', source, '--table', table, '--endpoint-url', emulator.endpoint, '--json'];
  return { table, args, cwd: tempDir() };
}

/** Status 0, every record counted once, and the table is the file. */
async function expectAll(result: RunResult, table: string): Promise<void> {
  expect(result.status, result.stderr).toBe(0);
  expect(summaryOf(result)).toMatchObject({ read: records, written: records, rejected: 0, bytes: csv.length });
  expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'], types: {} })).toEqual([]);
}

describe('100,000 records through a source with faults: none lost, none counted twice', { timeout: 240_000 }, () => {
  it('an HTTP server that cuts the body at random places, and is busy now and then', async () => {
    const chance = random(31);
    const server = await startHttpSource(csv, {
      cutAfter: () => 1 + below(600_000, chance),
      busy: { requests: [3, 4, 9] },
      reset: [6, 12],
    });
    const { table, args, cwd } = await job(server.url);
    const result = await run(args, { cwd, timeoutMs: 200_000 });
    expect(server.requests.length).toBeGreaterThan(10);
    await server.close();
    await expectAll(result, table);
  });

  it('S3 that answers 503, and cuts bodies', async () => {
    const chance = random(32);
    const s3 = await startS3Source('my-bucket', new Map([['in/people.csv', csv]]), {
      cutAfter: () => 1 + below(700_000, chance),
      refuse: { requests: (number) => number % 4 === 2, error: { status: 503, code: 'SlowDown' } },
    });
    const { table, cwd, args } = await job('s3://my-bucket/in/people.csv');
    // The source is S3 there, and the table here.
    const own = args.filter((arg) => arg !== '--endpoint-url' && arg !== emulator.endpoint);
    const env = { AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint, AWS_ENDPOINT_URL_S3: s3.endpoint };
    const result = await run(own, { cwd, env, timeoutMs: 200_000 });
    expect(s3.requests.length).toBeGreaterThan(10);
    await s3.close();
    await expectAll(result, table);
  });

  it('standard input that stalls', async () => {
    const { table, cwd, args } = await job('-');
    const running = start(args, { cwd, stdin: null, timeoutMs: 200_000 });
    const chance = random(33);
    const { stdin } = running.child;
    for (let at = 0; at < csv.length;) {
      const bytes = Math.min(csv.length - at, 1 + below(chance() < 0.5 ? 200 : 400_000, chance));
      if (stdin?.write(Buffer.from(csv.subarray(at, at + bytes))) === false) {
        await new Promise((resolve) => stdin.once('drain', resolve));
      }
      at += bytes;
      if (chance() < 0.2) await sleep(1_000 * chance());
    }
    stdin?.end();
    await expectAll(await running.ended, table);
  });
});

describe('a source that ends too early', () => {
  it.each([
    ['cannot send ranges', { ranges: false }],
    ['says no version', { etag: null }],
  ])('a server that %s: 3, a checkpoint, and --resume goes on', { timeout: 120_000 }, async (_, kind) => {
    let isBroken = true;
    const server = await startHttpSource(csv, { ...kind, cutAfter: () => (isBroken ? 1_500_000 : undefined) });
    const { table, args, cwd } = await job(server.url);
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
    await expectAll(resumed, table);
  });

  it(
    'an object that is replaced while it is read: 3, and nothing of the new one is loaded',
    { timeout: 120_000 },
    async () => {
      const other = Buffer.from(csv.toString().replaceAll('id-', 'no-'));
      const server = await startHttpSource(csv, {
        cutAfter: (_, number) => (number === 3 ? 1_000_000 : undefined),
        change: { fromRequest: 4, bytes: other },
      });
      const { table, args, cwd } = await job(server.url);
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
