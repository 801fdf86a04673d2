import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { csvText } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import {
  accountedFor,
  nothingPending,
  pendingOf,
  published,
  summariesOf,
  summaryFor,
} from '../helpers/pipeline/outcome.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { somethingLoaded, startWorker, stopInTheMiddle, workUntilEmpty } from '../helpers/pipeline/worker.ts';

const { together, ministack } = ministackTests();

const key = 'import/people.csv';
const slowly = { 'max-write-units': 200 };

function fileOf(version: string, records: number): string {
  return csvText('id,version,text', records, (n) => `p-${n},${version},"${n}\n"`);
}

function remove({ ministack: { s3 }, bucket }: Pipeline, object: string): Promise<unknown> {
  return s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: object }));
}

together(
  'a file that is put again while it loads: the newest is loaded whole, and the older job ends as replaced',
  async () => {
    const pipeline = await makePipeline(ministack(), { topic: true });
    await putFile(pipeline, key, fileOf('old', 20_000), slowly);
    const worker = startWorker(pipeline, ['--until-empty']);
    await somethingLoaded(pipeline);
    const newest = await putFile(pipeline, key, fileOf('new', 1_000));
    const { status, stdout } = await worker.ended;
    expect(status).toBe(3);
    expect(stdout).toContain(`${key}: replaced by a newer version; `);
    expect(stdout).toContain(`${key}: loaded; 1,000 records in `);

    const summaries = await summariesOf(pipeline);
    expect(summaries).toHaveLength(2);
    const [done] = summaries.filter(({ state }) => state === 'done');
    const [replaced] = summaries.filter(({ state }) => state === 'replaced');
    expect(done).toMatchObject({ exitStatus: 0, read: 1_000, written: 1_000, error: null });
    expect(replaced).toMatchObject({ exitStatus: 3, rejected: 0, error: { code: 'SOURCE_CHANGED' } });
    if (replaced === undefined) throw new Error('none is replaced');
    expect(accountedFor(replaced)).toBe(replaced.read);
    expect(replaced.read).toBeLessThan(20_000);
    expect((await published(pipeline)).map(({ summary }) => summary.state).sort()).toEqual(['done', 'replaced']);
    expect(await pendingOf(pipeline)).toEqual(nothingPending);

    // What the older file alone has stays; of all keys of the newest, its own records are there.
    const items = await pipeline.items();
    const older = items.filter(({ version }) => version?.S === 'old');
    const numbers = older.map(({ id }) => Number(id?.S?.slice(2)));
    expect(numbers.every((number) => number >= 1_000 && number < 20_000)).toBe(true);
    const found = await differencesFrom(pipeline, newest);
    const [, extra] = /^… (\d+) differences/.exec(found.at(-1) ?? '') ?? [undefined, String(found.length)];
    expect(Number(extra)).toBe(older.length);
    expect(items).toHaveLength(1_000 + older.length);
  },
  180_000,
);

together('a file that is put again after its loader stopped is the only one that is gone on with', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  await putFile(pipeline, key, fileOf('old', 2_000), slowly);
  expect((await stopInTheMiddle(pipeline)).status).toBe(4);
  const [before, newest] = [(await pipeline.items()).length, await putFile(pipeline, key, fileOf('new', 2_000))];
  expect(before).toBeLessThan(2_000);
  expect((await workUntilEmpty(pipeline)).status).toBe(3);
  const states = (await summariesOf(pipeline)).map(({ state, exitStatus, read }) => ({ state, exitStatus, read }));
  expect(states).toHaveLength(2);
  expect(states).toContainEqual({ state: 'done', exitStatus: 0, read: 2_000 });
  expect(states).toContainEqual({ state: 'replaced', exitStatus: 3, read: expect.any(Number) as number });
  expect(await pendingOf(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, newest)).toEqual([]);
});

together('the same content put again is another job', async () => {
  const pipeline = await makePipeline(ministack());
  const file = await putFile(pipeline, key, fileOf('same', 10));
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  // S3 tells versions apart by whole seconds; the worker has taken more.
  await pipeline.putObject(key, fileOf('same', 10));
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await summariesOf(pipeline)).toMatchObject([
    { state: 'done', written: 10 },
    { state: 'done', written: 10 },
  ]);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});

together('a file that is deleted while it loads is loaded as far as it was read', async () => {
  const pipeline = await makePipeline(ministack());
  const file = await putFile(pipeline, key, fileOf('read', 1_500), slowly);
  const worker = startWorker(pipeline, ['--until-empty']);
  await somethingLoaded(pipeline);
  await remove(pipeline, key);
  const { status } = await worker.ended;
  const summary = await summaryFor(pipeline, key);
  expect(accountedFor(summary)).toBe(summary.read);
  expect(await pendingOf(pipeline)).toEqual(nothingPending);
  // A file so small was read to its end before it went.
  expect({ status, state: summary.state, read: summary.read }).toEqual({ status: 0, state: 'done', read: 1_500 });
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});

together('a file that is deleted before its job went on ends as gone, with the counts of what was loaded', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  await putFile(pipeline, key, fileOf('gone', 2_000), slowly);
  expect((await stopInTheMiddle(pipeline)).status).toBe(4);
  await remove(pipeline, key);
  const { status, stdout } = await workUntilEmpty(pipeline);
  expect(status).toBe(3);
  expect(stdout).toContain(`${key}: deleted before it was loaded; `);
  const summary = await summaryFor(pipeline, key);
  expect(summary).toMatchObject({ state: 'gone', exitStatus: 3, run: 1 });
  expect(stdout).toContain(`  ${summary.error?.code ?? 'no error'}: `);
  expect(stdout).not.toContain('--re');
  expect(summary.read).toBeLessThan(2_000);
  expect(accountedFor(summary)).toBe(summary.read);
  expect(await pipeline.items()).toHaveLength(summary.written);
  expect(await published(pipeline)).toMatchObject([{ summary }]);
  expect(await pendingOf(pipeline)).toEqual(nothingPending);
});
