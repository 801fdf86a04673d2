import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { formatCsv, makeBadRecords, type CsvWithBadRecords } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startHttpSource } from '../helpers/sources/http-source.ts';
import { startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { random } from '../helpers/random.ts';
import { run, start, summaryOf, tempDir, type RunResult } from '../helpers/run/run.ts';
import { shortenWait } from '../helpers/run/shorten-wait.ts';
import { createTable } from '../helpers/compare/tables.ts';

const emulator = withDynalite();

/** Input of a job, and its source arguments. */
interface Input {
  readonly csvs: readonly CsvWithBadRecords[];
  /** Written into the working folder. */
  readonly files?: Readonly<Record<string, Buffer>>;
  readonly sources: readonly string[];
  readonly stdin?: Buffer;
}

const kills = 5;

/**
 * Loads the input in one clean run and in a run that is killed several times, and asserts that both give the same
 * summary, table and reject files.
 */
async function expectSameAfterKills(input: Input, seed: number): Promise<void> {
  const options = ['--types', 'amount:N', '--max-errors', '100000', '--concurrency', '4'];
  const proxy = await startFaultProxy(emulator.endpoint, { faults: { delay: 0.9, partial: 0.05 }, delayMs: 100 });
  const setUpJob = async (endpoint: string) => {
    const cwd = tempDir();
    for (const [name, bytes] of Object.entries(input.files ?? {})) writeFileSync(join(cwd, name), bytes);
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = ['direct', ...input.sources, '--table', table, '--endpoint-url', endpoint, '--json', ...options];
    return { cwd, table, args };
  };
  const stdinOption = input.stdin === undefined ? {} : { stdin: input.stdin };

  const clean = await setUpJob(emulator.endpoint);
  const cleanRun = await run(clean.args, { cwd: clean.cwd, ...stdinOption });
  expect(cleanRun.status, cleanRun.stderr).toBe(1);
  const expected = summaryOf(cleanRun);

  const killed = await setUpJob(proxy.endpoint);
  const rand = random(seed);
  let lastKill: RunResult | undefined;
  let done = 0;
  while (done < kills) {
    const running = start([...killed.args, '--resume'], { cwd: killed.cwd, ...stdinOption });
    const written = proxy.counts.itemsWritten;
    while (proxy.counts.itemsWritten === written && running.child.exitCode === null) await sleep(5);
    await sleep(500 + rand() * 2_500);
    running.child.kill('SIGKILL');
    lastKill = await running.ended;
    if (lastKill.signal !== 'SIGKILL') break;
    done++;
    // The proxy applies no request of a process that has ended.
    shortenWait(killed.cwd, 60_000);
  }
  expect(done, lastKill?.stderr).toBe(kills);
  proxy.stopFaults();
  const last = await run([...killed.args, '--resume'], { cwd: killed.cwd, ...stdinOption });
  await proxy.stop();
  expect(last.status, last.stderr).toBe(1);
  const summary = summaryOf(last);
  expect(summary.resumed).toBe(true);
  for (const name of ['read', 'filtered', 'rejected', 'skipped', 'bytes', 'rejectsFile', 'sources'] as const) {
    expect(summary[name], name).toEqual(expected[name]);
  }
  expect(summary.written + summary.superseded).toBe(expected.written + expected.superseded);
  expect(readdirSync(killed.cwd).sort()).toEqual(readdirSync(clean.cwd).sort());
  for (const name of readdirSync(clean.cwd)) {
    expect(readFileSync(join(killed.cwd, name)), name).toEqual(readFileSync(join(clean.cwd, name)));
  }
  const good = input.csvs.map((csv, index) => {
    const path = join(tempDir(), `good-${index}.csv`);
    writeFileSync(path, formatCsv(csv.good));
    return path;
  });
  const mapping = { keys: ['id'], types: { amount: 'N' } } as const;
  expect(await compareTableWithFile(emulator.client, clean.table, good, mapping)).toEqual([]);
  expect(await compareTableWithFile(emulator.client, killed.table, good, mapping)).toEqual([]);
}

describe('a load resumed after five kills gives the result of a clean run for', { timeout: 300_000 }, () => {
  const csv = makeBadRecords(24_000, { keys: 15_000, every: 40, seed: 3 });

  it('a gzip file of three members', async () => {
    const { length } = csv.bytes;
    const members = [0, 1, 2].map((part) =>
      gzipSync(csv.bytes.subarray(Math.floor((part * length) / 3), Math.floor(((part + 1) * length) / 3))),
    );
    const files = { 'input.csv.gz': Buffer.concat(members) };
    await expectSameAfterKills({ csvs: [csv], files, sources: ['input.csv.gz'] }, 21);
  });

  it('three files with equal keys', async () => {
    const csvs = [5, 6, 7].map((seed) => makeBadRecords(8_000, { keys: 10_000, every: 40, seed }));
    const names = ['one.csv', 'two.csv', 'three.csv'];
    const files = Object.fromEntries(csvs.map(({ bytes }, index) => [names[index] ?? '', bytes]));
    await expectSameAfterKills({ csvs, files, sources: names }, 22);
  });

  it('gzipped standard input that is piped in again', async () => {
    await expectSameAfterKills({ csvs: [csv], sources: ['-'], stdin: gzipSync(csv.bytes) }, 23);
  });

  it('a URL whose server sometimes cuts the body', async () => {
    const server = await startHttpSource(csv.bytes, { cutAfter: (_, number) => 150_000 + 10_000 * (number % 7) });
    try {
      await expectSameAfterKills({ csvs: [csv], sources: [server.url] }, 24);
    } finally {
      await server.close();
    }
  });
});
