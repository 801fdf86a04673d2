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

/** What the document has, section by section. */
const shapes: readonly Shape[] = readFileSync(fileURLToPath(new URL('../../docs/shapes.md', import.meta.url)), 'utf8')
  .split('\n## ')
  .slice(1)
  .map((section) => {
    const block = (kind: string): string => section.split(`\`\`\`${kind}\n`)[1]?.split('```')[0] ?? '';
    return { title: section.split('\n')[0] ?? '', commands: block('sh').trim().split('\n'), csv: block('csv') };
  });

/** What is to be in the table, by the title of the section. */
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

it('every shape has what it should come to', () => {
  expect(shapes.map(({ title }) => title)).toEqual(Object.keys(expected));
});

function words(command: string): string[] {
  return command.split(' ').map((word) => word.replaceAll("'", ''));
}

const text = (item: Item): string => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Keys of jobs that there are, of all objects that were looked at. */
async function keysWithJobs({ s3 }: Ministack, bucket: string): Promise<number> {
  let heads = 0;
  for await (const { KeyCount = 0 } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: 'state/heads/' },
  )) {
    heads += KeyCount;
  }
  return heads;
}

/** The second time the file is what was loaded last. */
async function uploadTwice(ministack: Ministack, args: readonly string[], csv: string): Promise<void> {
  const cwd = tempDir();
  writeFileSync(join(cwd, args[1] ?? ''), csv);
  for (const time of ['first', 'second']) {
    const ran = await csv2ddb(ministack, args, { cwd });
    expect(ran, `the ${time} time`).toMatchObject({ status: 0, stdout: '', stderr: '' });
  }
  const { stdout } = await csv2ddb(ministack, ['status', ...args.slice(args.indexOf('--name'), 4), '--json'], { cwd });
  expect((JSON.parse(stdout) as { jobs: unknown[] }).jobs.length).toBe(1);
}

describe('each shape of the document', () => {
  const { together } = withMinistack();

  for (const { title, commands, csv } of shapes) {
    together(title, 60_000, async (ministack) => {
      const [provision = '', ...copies] = commands;
      const [program, ...args] = words(provision);
      expect(program).toBe('csv2ddb');
      const made = await csv2ddb(ministack, [...args, '--json']);
      expect(made, made.stderr).toMatchObject({ status: 0 });
      const { bucket } = lastJson(made) as { bucket: string };

      // What is not to be loaded comes first: had it been loaded, that would be seen.
      for (const copy of [...copies].reverse()) {
        if (copy.startsWith('csv2ddb ')) {
          await uploadTwice(ministack, words(copy).slice(1), csv);
          continue;
        }
        const [, key] = /^aws s3 cp \S+ s3:\/\/BUCKET\/(.+)$/.exec(copy) ?? [];
        await ministack.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: csv }));
      }
      const table = args[args.indexOf('--table') + 1] ?? '';
      const items = expected[title] ?? [];
      await until(async () => (await scanAll(ministack.dynamodb, table)).length === items.length, 40_000);
      expect((await scanAll(ministack.dynamodb, table)).map(text).sort()).toEqual(items.map(text).sort());
      await sleep(500);
      expect(await keysWithJobs(ministack, bucket)).toBe(1);
    });
  }
});
