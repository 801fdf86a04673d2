import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/load/summary.ts';
import { dummyCredentials } from '../helpers/emulators/emulator.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { installedFile, installedProgram } from '../helpers/install/installed.ts';
import { startFaultProxy, type FaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { tempDir } from '../helpers/temp.ts';

const waitMs = 30_000;

/** Returns why the script cannot run on this machine, and prints it to stderr. */
function findSkipReason(): string | undefined {
  try {
    execFileSync('flock', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    process.stderr.write('skipped: the cron script (flock is not installed)\n');
    return 'flock is not installed';
  }
}

interface ScriptResult {
  readonly status: number | null;
  /** Output that cron would mail. */
  readonly printed: string;
}

describe.skipIf(findSkipReason() !== undefined)('the cron script', () => {
  const emulator = withDynalite();
  let proxy: FaultProxy | undefined;
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
  });

  /** Prepares the folder of docs/cron.md with a source, and the environment that cron provides. */
  async function install(csv: string, table?: string) {
    const home = tempDir();
    const [bin, folder] = [join(home, 'bin'), join(home, 'folder')];
    for (const path of [bin, folder]) mkdirSync(path);
    // The process id is for the test that interrupts it.
    const lines = ['#!/bin/sh', 'echo $$ >pid', `exec '${process.execPath}' '${installedProgram()}' "$@"`, ''];
    writeFileSync(join(bin, 'csv2ddb'), lines.join('\n'));
    chmodSync(join(bin, 'csv2ddb'), 0o755);
    const source = join(home, 'people.csv');
    writeFileSync(source, csv);
    const TABLE = table ?? (await createTable(emulator.client, { partitionKey: ['id', 'S'] }));
    const environment = {
      HOME: home,
      PATH: `${bin}:/usr/bin:/bin`,
      SOURCE: source,
      TABLE,
      FOLDER: folder,
      AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const start = (endpoint = emulator.endpoint): { child: ChildProcess; ended: Promise<ScriptResult> } => {
      const child = spawn(installedFile('examples/cron/load-people'), {
        cwd: '/',
        env: { ...environment, AWS_ENDPOINT_URL: endpoint },
      });
      let printed = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
      }
      const ended = new Promise<ScriptResult>((resolve, reject) => {
        child.once('error', reject).once('close', (status) => {
          resolve({ status, printed });
        });
      });
      return { child, ended };
    };
    const readLog = (): string[] => {
      const log = join(folder, 'load-people.log');
      return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    };
    return { folder, table: TABLE, start, readLog };
  }

  function makePeopleCsv(count: number): string {
    const lines = Array.from({ length: count }, (_, index) => `${index},name ${index}`);
    return ['id,name', ...lines, ''].join('\n');
  }

  /** Parses the summary from a line of the log. */
  function parseSummary(line: string | undefined, status: number): Summary {
    expect(line).toMatch(new RegExp(String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ status=${status} \{.*\}$`));
    return JSON.parse(line?.replace(/^[^{]*/, '') ?? '') as Summary;
  }

  async function until(name: string, isMet: () => boolean): Promise<void> {
    const started = performance.now();
    while (!isMet()) {
      if (performance.now() - started > waitMs) throw new Error(`timed out waiting for the ${name}`);
      await sleep(10);
    }
  }

  it('prints nothing on success, and logs one line per run', async () => {
    const { table, start, readLog } = await install(makePeopleCsv(60));
    expect(await start().ended).toEqual({ status: 0, printed: '' });
    expect(await start().ended).toEqual({ status: 0, printed: '' });
    expect(readLog()).toHaveLength(2);
    for (const line of readLog()) expect(parseSummary(line, 0)).toMatchObject({ read: 60, written: 60, table });
    expect(await scanAll(emulator.client, table)).toHaveLength(60);
  });

  it('prints the path of the rejected records and the command that loads them', async () => {
    const { folder, start, readLog } = await install(`${makePeopleCsv(10)}10\n11\n`);
    const { status, printed } = await start().ended;
    expect(status).toBe(1);
    expect(printed).toMatch(/^load-people: .*\/people\.csv into table \S+: status 1\n/);
    expect(printed).toMatch(/\n {2}rejected +2\n {2}rejects +people\.csv\.rejects\n/);
    expect(printed).toMatch(/\nFix the rejected records, then load them:\n {2}csv2ddb direct people\.csv\.rejects /);
    expect(readFileSync(join(folder, 'people.csv.rejects'), 'utf8')).toBe('id,name\n10\n11\n');
    expect(parseSummary(readLog()[0], 1)).toMatchObject({ rejected: 2, rejectsFile: 'people.csv.rejects' });
  });

  it('prints the error that ended the load', async () => {
    const { start, readLog } = await install(makePeopleCsv(10), 'not-there');
    const { status, printed } = await start().ended;
    expect(status).toBe(3);
    expect(printed).toMatch(/\nerror TABLE_NOT_FOUND: table not-there does not exist\n {2}hint: /);
    expect(parseSummary(readLog()[0], 3)).toMatchObject({ read: 0, error: { code: 'TABLE_NOT_FOUND' } });
  });

  it('prints a usage error', async () => {
    const { start, readLog } = await install(makePeopleCsv(10), 'no table of this name');
    const { status, printed } = await start().ended;
    expect(status).toBe(64);
    expect(printed).toContain('\nerror USAGE: ');
    expect(readLog()).toEqual([expect.stringMatching(/ status=64$/)]);
  });

  it('prints that csv2ddb is not installed', async () => {
    const { folder, start, readLog } = await install(makePeopleCsv(10));
    rmSync(join(folder, '../bin/csv2ddb'));
    const { status, printed } = await start().ended;
    expect(status).toBe(127);
    expect(printed).toMatch(/: status 127\n.*csv2ddb: .*not found\n$/);
    expect(readLog()).toEqual([expect.stringMatching(/ status=127$/)]);
  });

  it('exits silently while another run holds the lock, which that run releases', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    proxy = await startFaultProxy(emulator.endpoint, { onRequest: () => opened });
    const { counts, endpoint } = proxy;
    const { start, readLog } = await install(makePeopleCsv(60));
    const first = start(endpoint);
    await until('request', () => counts.requests > 0);
    expect(await start().ended).toEqual({ status: 0, printed: '' });
    expect(readLog()).toEqual([expect.stringMatching(/Z busy: the previous run has not ended$/)]);
    open();
    expect(await first.ended).toEqual({ status: 0, printed: '' });
    expect(await start().ended).toEqual({ status: 0, printed: '' });
    expect(readLog()).toHaveLength(3);
  });

  it('prints that it was interrupted, and the next run resumes', async () => {
    proxy = await startFaultProxy(emulator.endpoint, { onRequest: () => sleep(100) });
    const { counts, endpoint } = proxy;
    const { folder, table, start, readLog } = await install(makePeopleCsv(5_000));
    const first = start(endpoint);
    await until('request', () => counts.untouched > 0);
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGTERM');
    const { status, printed } = await first.ended;
    expect(status).toBe(4);
    expect(printed).toContain('\nInterrupted while loading ');
    expect(await start().ended).toEqual({ status: 0, printed: '' });
    expect(parseSummary(readLog()[0], 4).read).toBeLessThan(5_000);
    expect(parseSummary(readLog()[1], 0)).toMatchObject({ read: 5_000, written: 5_000, resumed: true });
    expect(await scanAll(emulator.client, table)).toHaveLength(5_000);
  });
});
