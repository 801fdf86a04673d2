import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { paginateListObjectsV2, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { Item } from '../helpers/compare/keys.ts';
import type { Ministack } from '../helpers/emulators/ministack.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import { lastJson, tempDir } from '../helpers/run/run.ts';
import { scanAll } from '../helpers/compare/tables.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { until } from '../helpers/until.ts';

interface Shape {
  readonly title: string;
  readonly commands: readonly string[];
  readonly csv: string;
}

/** Sections of docs/shapes.md. */
const shapes: readonly Shape[] = readFileSync(fileURLToPath(new URL('../../docs/shapes.md', import.meta.url)), 'utf8')
  .split('\n## ')
  .slice(1)
  .map((section) => {
    const block = (kind: string): string => section.split(`\`\`\`${kind}\n`)[1]?.split('```')[0] ?? '';
    return { title: section.split('\n')[0] ?? '', commands: block('sh').trim().split('\n'), csv: block('csv') };
  });

/** Expected items, by section title. */
const expected: Readonly<Record<string, readonly Item[]>> = {
  'Only `import/` triggers': [
    { id: { S: '1' }, name: { S: 'Ada' } },
    { id: { S: '2' }, name: { S: 'Alan' } },
  ],
  'Only one file name triggers': [{ station: { S: 'Zugspitze' }, height: { S: '2962' } }],
  'Semicolons, and a key of two strings': [
    { customer: { S: '0042' }, order: { S: '007' }, total: { S: '1,50' } },
    { customer: { S: '0042' }, order: { S: '008' }, total: { S: '12,00' } },
  ],
  'The first column is the key `uuid`': [
    { uuid: { S: '6f1e' }, model: { S: 'thermometer' }, owner: { S: 'Ada' } },
    { uuid: { S: '77ab' }, model: { S: 'barometer' }, owner: { S: 'Alan' } },
  ],
  'From cron, if the file changed': [{ product: { S: 'tea' }, price: { S: '3.20' } }],
};

it('every section of docs/shapes.md has expected items', () => {
  expect(shapes.map(({ title }) => title)).toEqual(Object.keys(expected));
});

function splitCommand(command: string): string[] {
  return command.split(' ').map((word) => word.replaceAll("'", ''));
}

const itemText = (item: Item): string => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Counts the object keys that have a job. */
async function countKeysWithJobs({ s3 }: Ministack, bucket: string): Promise<number> {
  let heads = 0;
  for await (const { KeyCount = 0 } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: 'state/heads/' },
  )) {
    heads += KeyCount;
  }
  return heads;
}

/** Uploads a file twice; the second upload finds it unchanged. */
async function uploadTwice(ministack: Ministack, args: readonly string[], csv: string): Promise<void> {
  const cwd = tempDir();
  writeFileSync(join(cwd, args[1] ?? ''), csv);
  for (const time of ['first', 'second']) {
    const ran = await csv2ddb(ministack, args, { cwd });
    expect(ran, `${time} upload`).toMatchObject({ status: 0, stdout: '', stderr: '' });
  }
  const { stdout } = await csv2ddb(ministack, ['status', ...args.slice(args.indexOf('--name'), 4), '--json'], { cwd });
  expect((JSON.parse(stdout) as { jobs: unknown[] }).jobs.length).toBe(1);
}

describe('a pipeline of docs/shapes.md', () => {
  const { together } = withMinistack();

  for (const { title, commands, csv } of shapes) {
    together(title, 60_000, async (ministack) => {
      const [provision = '', ...copies] = commands;
      const [program, ...args] = splitCommand(provision);
      expect(program).toBe('csv2ddb');
      const made = await csv2ddb(ministack, [...args, '--json']);
      expect(made, made.stderr).toMatchObject({ status: 0 });
      const { bucket } = lastJson(made) as { bucket: string };

      // The object that must not be loaded comes first, so that a load of it would show.
      for (const copy of [...copies].reverse()) {
        if (copy.startsWith('csv2ddb ')) {
          await uploadTwice(ministack, splitCommand(copy).slice(1), csv);
          continue;
        }
        const [, key] = /^aws s3 cp \S+ s3:\/\/BUCKET\/(.+)$/.exec(copy) ?? [];
        await ministack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: csv }));
      }
      const table = args[args.indexOf('--table') + 1] ?? '';
      const items = expected[title] ?? [];
      await until(async () => (await scanAll(ministack.dynamodb, table)).length === items.length, 40_000);
      expect((await scanAll(ministack.dynamodb, table)).map(itemText).sort()).toEqual(items.map(itemText).sort());
      await sleep(500);
      expect(await countKeysWithJobs(ministack, bucket)).toBe(1);
    });
  }
});
