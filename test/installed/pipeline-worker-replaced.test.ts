import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { makeCsvText } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import {
  countAccounted,
  nothingPending,
  readPending,
  receivePublished,
  readSummaries,
  readSummary,
} from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { waitUntilLoading, startWorker, stopMidLoad, workUntilEmpty } from '../helpers/pipeline/worker.ts';

const { together, ministack } = ministackTests();

const key = 'import/people.csv';
const slowSettings = { 'max-write-units': 200 };

function makeFileText(version: string, records: number): string {
  return makeCsvText('id,version,text', records, (n) => `p-${n},${version},"${n}\n"`);
}

function deleteObject({ ministack: { s3 }, bucket }: Pipeline, object: string): Promise<unknown> {
  return s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: object }));
}

together(
  'a file that is replaced during its load is loaded in its newest version, and the older job ends as replaced',
  async () => {
    const pipeline = await makePipeline(ministack(), { topic: true });
    await putFile(pipeline, key, makeFileText('old', 20_000), slowSettings);
    const worker = startWorker(pipeline, ['--until-empty']);
    await waitUntilLoading(pipeline);
    const newest = await putFile(pipeline, key, makeFileText('new', 1_000));
    const { status, stdout } = await worker.ended;
    expect(status).toBe(3);
    expect(stdout).toContain(`${key}: replaced by a newer version; `);
    expect(stdout).toContain(`${key}: loaded; 1,000 records in `);

    const summaries = await readSummaries(pipeline);
    expect(summaries).toHaveLength(2);
    const [done] = summaries.filter(({ state }) => state === 'done');
    const [replaced] = summaries.filter(({ state }) => state === 'replaced');
    expect(done).toMatchObject({ exitStatus: 0, read: 1_000, written: 1_000, error: null });
    expect(replaced).toMatchObject({ exitStatus: 3, rejected: 0, error: { code: 'SOURCE_CHANGED' } });
    if (replaced === undefined) throw new Error('no job was replaced');
    expect(countAccounted(replaced)).toBe(replaced.read);
    expect(replaced.read).toBeLessThan(20_000);
    expect((await receivePublished(pipeline)).map(({ summary }) => summary.state).sort()).toEqual(['done', 'replaced']);
    expect(await readPending(pipeline)).toEqual(nothingPending);

    // Items whose key is only in the older file stay. Every key of the newest file has its newest record.
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

together('a file that is replaced after its loader stopped is loaded only in its new version', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  await putFile(pipeline, key, makeFileText('old', 2_000), slowSettings);
  expect((await stopMidLoad(pipeline)).status).toBe(4);
  const [before, newest] = [(await pipeline.items()).length, await putFile(pipeline, key, makeFileText('new', 2_000))];
  expect(before).toBeLessThan(2_000);
  expect((await workUntilEmpty(pipeline)).status).toBe(3);
  const states = (await readSummaries(pipeline)).map(({ state, exitStatus, read }) => ({ state, exitStatus, read }));
  expect(states).toHaveLength(2);
  expect(states).toContainEqual({ state: 'done', exitStatus: 0, read: 2_000 });
  expect(states).toContainEqual({ state: 'replaced', exitStatus: 3, read: expect.any(Number) as number });
  expect(await readPending(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, newest)).toEqual([]);
});

together('the same content put again starts a new job', async () => {
  const pipeline = await makePipeline(ministack());
  const file = await putFile(pipeline, key, makeFileText('same', 10));
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  // S3 dates versions in whole seconds; the worker took longer than that.
  await pipeline.putObject(key, makeFileText('same', 10));
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await readSummaries(pipeline)).toMatchObject([
    { state: 'done', written: 10 },
    { state: 'done', written: 10 },
  ]);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});

together('a file that is deleted during its load is loaded as far as it was read', async () => {
  const pipeline = await makePipeline(ministack());
  const file = await putFile(pipeline, key, makeFileText('read', 1_500), slowSettings);
  const worker = startWorker(pipeline, ['--until-empty']);
  await waitUntilLoading(pipeline);
  await deleteObject(pipeline, key);
  const { status } = await worker.ended;
  const summary = await readSummary(pipeline, key);
  expect(countAccounted(summary)).toBe(summary.read);
  expect(await readPending(pipeline)).toEqual(nothingPending);
  // A file this small is read completely before it is deleted.
  expect({ status, state: summary.state, read: summary.read }).toEqual({ status: 0, state: 'done', read: 1_500 });
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});

together('a file that is deleted before its job resumes ends as gone, with counts of the loaded records', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  await putFile(pipeline, key, makeFileText('gone', 2_000), slowSettings);
  expect((await stopMidLoad(pipeline)).status).toBe(4);
  await deleteObject(pipeline, key);
  const { status, stdout } = await workUntilEmpty(pipeline);
  expect(status).toBe(3);
  expect(stdout).toContain(`${key}: deleted before it was loaded; `);
  const summary = await readSummary(pipeline, key);
  expect(summary).toMatchObject({ state: 'gone', exitStatus: 3, run: 1 });
  expect(stdout).toContain(`  ${summary.error?.code ?? 'no error'}: `);
  expect(stdout).not.toContain('--re');
  expect(summary.read).toBeLessThan(2_000);
  expect(countAccounted(summary)).toBe(summary.read);
  expect(await pipeline.items()).toHaveLength(summary.written);
  expect(await receivePublished(pipeline)).toMatchObject([{ summary }]);
  expect(await readPending(pipeline)).toEqual(nothingPending);
});
