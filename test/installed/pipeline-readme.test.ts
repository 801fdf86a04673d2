import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { aws, findAwsCli } from '../helpers/emulators/aws-cli.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { inventory, emptyInventory } from '../helpers/pipeline/inventory.ts';
import { csv2ddb, startCsv2ddb } from '../helpers/run/csv2ddb.ts';
import { lastJson, tempDir, type RunResult } from '../helpers/run/run.ts';
import { scanAll } from '../helpers/compare/tables.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Returns the commands of the section about pipelines, each as words, and the output it shows for `upload`. */
function sectionOfReadme(): { readonly commands: string[][]; readonly output: string } {
  const section = /^## Through a bucket\n(.*?)^## /ms.exec(readme)?.[1] ?? '';
  const [, commands = '', output = ''] = /^```sh\n(.*?)^```$.*?^```\n(.*?)^```$/ms.exec(section) ?? [];
  const lines = commands.trim().split('\n');
  return { commands: lines.map((line) => line.split(' ')), output };
}

/** Removes times and the requests that a function needs: they differ from run to run. */
function withoutTimes(text: string): string {
  return text.replace(/^( {2}(?:time|requests) +).*$/gm, '$1');
}

const people = 'id,name,note\n1,Ann,"says ""hi"""\n2,Bob,"two\nlines"\n3,"Carl, jr",\n';

function folder(): string {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'people.csv'), people);
  return cwd;
}

async function succeeded(running: Promise<RunResult>): Promise<RunResult> {
  const ran = await running;
  expect(ran.status, ran.stderr).toBe(0);
  return ran;
}

async function tableHas({ dynamodb }: Ministack, table: string, items: number): Promise<void> {
  for (let tries = 0; (await scanAll(dynamodb, table)).length !== items; tries++) {
    if (tries === 150) throw new Error(`table ${table} never had ${items} items`);
    await sleep(200);
  }
}

describe('a pipeline as a new user makes it', () => {
  const { test } = withMinistack();
  let cli: string | undefined;
  beforeAll(async () => {
    cli = await findAwsCli();
  });

  test('provision, upload and status of the README print what it shows', 90_000, async (ministack) => {
    const { commands, output } = sectionOfReadme();
    expect(commands.map(([program, command]) => [program, command])).toEqual([
      ['csv2ddb', 'provision'],
      ['csv2ddb', 'upload'],
      ['csv2ddb', 'status'],
    ]);
    const cwd = tempDir();
    mkdirSync(join(cwd, 'node_modules'));
    symlinkSync(join(root, 'node_modules/vega-datasets'), join(cwd, 'node_modules/vega-datasets'));
    const outputs: string[] = [];
    for (const [, ...args] of commands) outputs.push((await succeeded(csv2ddb(ministack, args, { cwd }))).stdout);
    expect(withoutTimes(outputs[1] ?? '')).toBe(withoutTimes(output));
    expect(outputs[2]).toMatch(/42,049.*import\/zipcodes\.csv/);
    const file = join(root, 'node_modules/vega-datasets/data/zipcodes.csv');
    expect(await compareTableWithFile(ministack.dynamodb, 'zipcodes', file, { keys: ['zip_code'] })).toEqual([]);
    await succeeded(csv2ddb(ministack, ['destroy', '--yes', '--delete-data']));
    expect(await inventory(ministack, 'csv2ddb')).toEqual(emptyInventory);
  });

  test('with a worker in place of the function', 90_000, async (ministack) => {
    const cwd = folder();
    const which = ['--name', 'byworker'];
    const table = ['--table', 'byworker-table', '--partition-key', 'id', '--no-function'];
    await succeeded(csv2ddb(ministack, ['provision', ...which, ...table]));
    const worker = startCsv2ddb(ministack, ['worker', ...which]);
    const ran = await succeeded(csv2ddb(ministack, ['upload', 'people.csv', '--wait', '--json', ...which], { cwd }));
    expect(lastJson(ran)).toMatchObject({ read: 3, written: 3, rejected: 0, exitStatus: 0 });
    worker.child.kill('SIGTERM');
    expect((await worker.ended).status).toBe(0);
    await succeeded(csv2ddb(ministack, ['destroy', ...which, '--yes', '--delete-data']));
    expect(await inventory(ministack, 'byworker')).toEqual(emptyInventory);
  });

  test('with files that come by aws s3 cp, where only one name is watched', 90_000, async (ministack, _, skip) => {
    if (cli === undefined) return skip('no AWS CLI');
    const cwd = folder();
    const which = ['--name', 'byaws'];
    const options = ['--table', 'byaws-table', '--partition-key', 'id', '--suffix', 'DATA.csv'];
    const made = await succeeded(csv2ddb(ministack, ['provision', ...which, ...options, '--json']));
    const { bucket } = lastJson(made) as { bucket: string };
    const file = join(cwd, 'people.csv');
    await aws(cli, ministack, 's3', 'cp', file, `s3://${bucket}/import/other.csv`);
    await aws(cli, ministack, 's3', 'cp', file, `s3://${bucket}/import/2026 11/a+DATA.csv`);
    await tableHas(ministack, 'byaws-table', 3);
    const jobs = await succeeded(csv2ddb(ministack, ['status', ...which, '--json']));
    expect(jobs.stdout).toContain('import/2026 11/a+DATA.csv');
    expect(jobs.stdout).not.toContain('import/other.csv');
    const refused = await csv2ddb(ministack, ['upload', 'people.csv', ...which], { cwd });
    expect(refused.status).toBe(64);
    expect(refused.stderr).toContain('DATA.csv');
    await succeeded(csv2ddb(ministack, ['upload', 'people.csv', '--key', 'b/DATA.csv', '--wait', ...which], { cwd }));
    await succeeded(csv2ddb(ministack, ['destroy', ...which, '--yes', '--delete-data']));
    expect(await inventory(ministack, 'byaws')).toEqual(emptyInventory);
  });

  test(
    'with semicolons, a text and a number as keys, and the first column as the key uuid',
    90_000,
    async (ministack) => {
      const cwd = tempDir();
      const which = ['--name', 'shaped'];
      const options = ['--table', 'shaped-table', '--partition-key', 'uuid', '--sort-key', 'number'];
      const shape = ['--delimiter', ';', '--types', 'number:N', '--rename', 'nr=uuid'];
      await succeeded(csv2ddb(ministack, ['provision', ...which, ...options, ...shape]));
      writeFileSync(join(cwd, 'orders.csv'), 'nr;number;city\na;1;Köln\na;2;Bonn\nb;1;"x;y"\n');
      await succeeded(csv2ddb(ministack, ['upload', 'orders.csv', '--wait', ...which], { cwd }));
      const differences = await compareTableWithFile(ministack.dynamodb, 'shaped-table', join(cwd, 'orders.csv'), {
        keys: ['uuid', 'number'],
        types: { number: 'N' },
        rename: { nr: 'uuid' },
        csv: { delimiter: ';' },
      });
      expect(differences).toEqual([]);
      await succeeded(csv2ddb(ministack, ['destroy', ...which, '--yes', '--delete-data']));
    },
  );

  test('from cron: only where the file changed', 90_000, async (ministack) => {
    const cwd = folder();
    const which = ['--name', 'cron'];
    await succeeded(csv2ddb(ministack, ['provision', ...which, '--table', 'cron-table', '--partition-key', 'id']));
    const upload = ['upload', 'people.csv', '--wait', '--if-changed', '--json', ...which];
    const jobs = async (): Promise<number> => {
      const { stdout } = await succeeded(csv2ddb(ministack, ['status', ...which, '--json']));
      return (JSON.parse(stdout) as { jobs: unknown[] }).jobs.length;
    };
    await succeeded(csv2ddb(ministack, upload, { cwd }));
    await succeeded(csv2ddb(ministack, upload, { cwd }));
    expect(await jobs()).toBe(1);
    writeFileSync(join(cwd, 'people.csv'), `${people}4,Dora,new\n`);
    await succeeded(csv2ddb(ministack, upload, { cwd }));
    expect(await jobs()).toBe(2);
    await tableHas(ministack, 'cron-table', 4);
    await succeeded(csv2ddb(ministack, ['destroy', ...which, '--yes', '--delete-data']));
  });
});
