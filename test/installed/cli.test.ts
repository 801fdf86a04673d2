import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { startDynalite, testClient } from '../helpers/emulators/emulator.ts';
import { installedProgram } from '../helpers/install/installed.ts';
import { run, start, summaryOf, tempDir, type Running, type RunResult } from '../helpers/run/run.ts';

/** Creates a folder with a people.csv of `count` records. */
function createFolder(count: number, line = (id: number): string => `${id},name ${id}`): string {
  const dir = tempDir();
  const lines = Array.from({ length: count }, (_, index) => line(index + 1));
  writeFileSync(join(dir, 'people.csv'), ['id,name', ...lines, ''].join('\n'));
  return dir;
}

interface Served {
  readonly endpoint: string;
  readonly tables: readonly { readonly name: string; readonly items: number }[];
}

/** Serves the tables of `--local` until the process ends. */
async function startLocal(cwd: string): Promise<Running & { readonly served: Served }> {
  const running = start(['local', '--port', '0', '--json'], { cwd });
  await until(() => running.stdout().includes('\n'), running.child);
  return { ...running, served: JSON.parse(running.stdout()) as Served };
}

/** Counts the items of table `people` in the folder of `--local`. */
async function countItems(cwd: string): Promise<number | undefined> {
  const { served, child, ended } = await startLocal(cwd);
  child.kill('SIGINT');
  await ended;
  return served.tables.find(({ name }) => name === 'people')?.items;
}

/** Waits until the condition holds. @throws Error when the process exits first */
async function until(isMet: () => boolean, child: ChildProcess): Promise<void> {
  while (!isMet()) {
    if (child.exitCode !== null) throw new Error(`the process exited with status ${child.exitCode}`);
    await delay(20);
  }
}

/** Returns the arguments of the command in the last line. */
function parseOfferedCommand(result: RunResult): string[] {
  const words = result.stdout.trimEnd().split('\n').at(-1)?.trim().split(' ') ?? [];
  expect(words[0]).toBe('csv2ddb');
  return words.slice(1);
}

const load = ['direct', 'people.csv', '--table', 'people', '--local'];
const isWindows = process.platform === 'win32';

describe('output', () => {
  it('a load prints its defaults, its result and the command that shows the table', async () => {
    const cwd = createFolder(60);
    const { status, stdout, stderr } = await run(load, { cwd });
    expect(stderr).toMatch(
      /created table people with partition key id \(the first column; use --partition-key to choose a different one/,
    );
    expect(stdout).toMatch(/^Loaded people.csv into table people\n\n {2}read +60 records/);
    expect(stdout).toMatch(/\nView the table:\n {2}csv2ddb local csv2ddb-local\n$/);
    expect(status).toBe(0);
    expect(existsSync(join(cwd, 'people.csv.checkpoint'))).toBe(false);
  });

  it('--json and --summary write the same summary, and text goes to stderr', async () => {
    const cwd = createFolder(3);
    const result = await run([...load, '--json', '--summary', 's.json'], { cwd });
    expect(result.stdout.match(/\n/g)).toHaveLength(1);
    expect(summaryOf(result)).toMatchObject({ read: 3, written: 3, exitStatus: 0, error: null });
    expect(readFileSync(join(cwd, 's.json'), 'utf8')).toBe(result.stdout);
    if (!isWindows) expect(statSync(join(cwd, 's.json')).mode & 0o777).toBe(0o600);
    expect(result.stderr).toContain('Loaded people.csv');
  });

  it('--quiet prints errors only', async () => {
    const cwd = createFolder(3);
    expect(await run([...load, '--quiet'], { cwd })).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const failed = await run(['direct', 'none.csv', '--table', 'people', '--local', '--quiet'], { cwd });
    expect(failed).toMatchObject({ status: 3, stdout: '' });
    expect(failed.stderr).toMatch(/^error SOURCE_UNREADABLE: /);
  });

  it('a summary that cannot be written ends with status 3, and the result is still printed', async () => {
    const cwd = createFolder(3);
    const result = await run([...load, '--json', '--summary', 'missing/s.json'], { cwd });
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('error OUTPUT_UNWRITABLE: cannot write the summary');
    expect(summaryOf(result)).toMatchObject({ written: 3, exitStatus: 3 });
  });

  it('--verbose prints the settings in effect and their origins', async () => {
    const cwd = createFolder(3);
    const { stderr } = await run([...load, '--verbose'], { cwd, env: { CSV2DDB_CONCURRENCY: '4' } });
    expect(stderr).toMatch(/^ {2}concurrency +4 {2}\(CSV2DDB_CONCURRENCY\)$/m);
    expect(stderr).toMatch(/^ {2}retry-for +15m {2}\(default\)$/m);
    expect(stderr).toMatch(/^ {2}table +people {2}\(flag\)$/m);
  });

  it('a reader that closes stdout and stderr does not affect the load', async () => {
    const cwd = createFolder(5000);
    const { child } = start([...load, '--report-every', '10ms'], { cwd });
    child.stdout?.destroy();
    child.stderr?.destroy();
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(0);
    expect(await countItems(cwd)).toBe(5000);
  });
});

describe('exit status', () => {
  it('is 1 for a run with rejects, which prints the command that loads the fixed records', async () => {
    const cwd = createFolder(3, (id) => `${id},${id === 2 ? 'two' : id}`);
    const result = await run(['direct', 'people.csv', '--table', 'people', '--types', 'name:N', '--local'], { cwd });
    expect(result.status).toBe(1);
    const rejects = join(cwd, 'people.csv.rejects');
    expect(readFileSync(rejects, 'utf8')).toBe('id,name\n2,two\n');
    writeFileSync(rejects, readFileSync(rejects, 'utf8').replace('two', '2'));
    expect((await run(parseOfferedCommand(result), { cwd })).status).toBe(0);
    expect(await countItems(cwd)).toBe(3);
  });

  it('is 2 for too many errors, and the run prints a command that continues with a higher limit', async () => {
    const cwd = createFolder(2000, (id) => `${id},${id % 100 === 0 ? 'x' : id}`);
    const args = ['direct', 'people.csv', '--table', 'people', '--types', 'name:N', '--max-errors', '3', '--local'];
    const result = await run(args, { cwd });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('error TOO_MANY_ERRORS');
    expect(parseOfferedCommand(result)).toContain('100%');
    expect((await run(parseOfferedCommand(result), { cwd })).status).toBe(1);
    expect(await countItems(cwd)).toBe(1980);
  });

  it('is 3 for a table that does not exist', async () => {
    const cwd = createFolder(3);
    const emulator = await startDynalite();
    const to = ['--table', 'people', '--endpoint-url', emulator.endpoint];
    const result = await run(['direct', 'people.csv', ...to], { cwd });
    await emulator.stop();
    expect(result).toMatchObject({ status: 3, stdout: '' });
    expect(result.stderr).toMatch(/^error TABLE_NOT_FOUND: .*\n {2}hint: /m);
  });

  it('is 3 for a resume whose table was deleted, because a new table would lack the earlier items', async () => {
    const cwd = createFolder(2000, (id) => `${id},${id === 1999 ? 'x' : id}`);
    const args = ['direct', 'people.csv', '--table', 'people', '--types', 'name:N', '--max-errors', '0'];
    expect((await run([...args, '--local=one'], { cwd })).status).toBe(2);
    rmSync(join(cwd, 'one'), { recursive: true });
    const gone = await run([...args, '--local=one', '--resume'], { cwd });
    expect(gone.status).toBe(3);
    expect(gone.stderr).toMatch(
      /TABLE_NOT_FOUND: table people does not exist, but the job of checkpoint .* wrote to it/,
    );
  });

  it.skipIf(isWindows)('is 4 for an interrupted run, which resumes with the command that it prints', async () => {
    const cwd = createFolder(40_000);
    const first = await run([...load, '--report-every', '10ms'], {
      cwd,
      signalAfter: { signal: 'SIGINT', stderr: /[1-9]\d*,?\d* records, / },
    });
    expect(first.status).toBe(4);
    expect(first.stderr).toContain('stopping: waiting for the requests in flight');
    expect((await run(load, { cwd })).status).toBe(64);
    const second = await run(parseOfferedCommand(first), { cwd });
    expect(second.status).toBe(0);
    expect(second.stdout).toMatch(/read +40,000 records.*in all runs/);
    expect(await countItems(cwd)).toBe(40_000);
  });

  it.skipIf(isWindows)('is 4 for a second SIGINT, which exits immediately', async () => {
    // The table exists, but no write is ever answered.
    const server = createServer((request, response) => {
      request.resume();
      if (request.headers['x-amz-target'] !== 'DynamoDB_20120810.DescribeTable') return;
      const key = { AttributeName: 'id' };
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(
        JSON.stringify({
          Table: {
            TableName: 'people',
            TableStatus: 'ACTIVE',
            AttributeDefinitions: [{ ...key, AttributeType: 'S' }],
            KeySchema: [{ ...key, KeyType: 'HASH' }],
          },
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cwd = createFolder(100);
    const args = ['direct', 'people.csv', '--table', 'people', '--endpoint-url', endpoint, '--report-every', '10ms'];
    const running = start(args, { cwd });
    const { child, ended } = running;
    await until(() => running.stderr().includes('records/s'), child);
    child.kill('SIGINT');
    await delay(400);
    const secondSignalMs = performance.now();
    child.kill('SIGINT');
    expect((await ended).status).toBe(4);
    expect(performance.now() - secondSignalMs).toBeLessThan(5000);
    server.closeAllConnections();
    server.close();
  });
});

describe('csv2ddb local', () => {
  it('serves the tables, counts their items and ends on Ctrl-C', async () => {
    const cwd = createFolder(60);
    expect((await run(load, { cwd })).status).toBe(0);
    const { served, child, ended } = await startLocal(cwd);
    expect(served.tables).toEqual([{ name: 'people', items: 60 }]);
    const client = testClient(served.endpoint);
    const { Count: count } = await client.send(new ScanCommand({ TableName: 'people' }));
    expect(count).toBe(60);
    client.destroy();
    const other = await run(load, { cwd });
    expect(other.status).toBe(3);
    expect(other.stderr).toContain(
      `LOCAL_FOLDER_LOCKED: cannot acquire lock ${join('csv2ddb-local', 'csv2ddb.lock')}: it is held by process`,
    );
    child.kill('SIGINT');
    const result = await ended;
    if (!isWindows) expect(result.status).toBe(0);
    expect(result.stderr).toContain(`aws dynamodb scan --table-name people --endpoint-url ${served.endpoint}`);
  });
});

// npx sets the executable bit when it first uses the folder, and not after later builds.
it.skipIf(isWindows)('the built program is executable (Windows has no such mode)', () => {
  const root = new URL('../../', import.meta.url);
  const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { bin: { csv2ddb: string } };
  for (const path of [new URL(bin.csv2ddb, root), installedProgram()]) expect(statSync(path).mode & 0o111).toBe(0o111);
});
