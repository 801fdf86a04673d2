import { expect } from 'vitest';
import { makeCsvText } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { jsonLines } from '../helpers/json-lines.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import {
  countAccounted,
  readJobs,
  nothingPending,
  readPending,
  receivePublished,
  readRejects,
  readSummary,
  readTasks,
} from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';
import { waitUntilLoading, startWorker, stopMidLoad, workUntilEmpty } from '../helpers/pipeline/worker.ts';
import type { RunResult } from '../helpers/run/run.ts';

const { test, ministack } = ministackTests();

/** Slow enough, in records per second, to stop the worker in the middle of a load. */
const slowSettings = { 'max-write-units': 300 };

function makeFileText(name: string, records: number, textBytes = 20): string {
  return makeCsvText('id,text', records, (n) => `${name}-${n},"line one\n${n} ${'x'.repeat(textBytes)}"`);
}

/** Sums the records that a worker read, from its --json lines. */
function sumRead({ stdout }: RunResult): number {
  const lines = jsonLines<{ tasks?: readonly { read?: number; outcome: string }[] }>(stdout);
  return lines.flatMap(({ tasks = [] }) => tasks).reduce((sum, { read = 0 }) => sum + read, 0);
}

test('SIGTERM during a load hands the job over within seconds with status 4, and another worker resumes it', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const records = 2_000;
  const file = await putFile(pipeline, 'import/a.csv', makeFileText('a', records), slowSettings);
  const first = await stopMidLoad(pipeline, ['--json']);
  expect(first).toMatchObject({
    status: 4,
    signal: null,
    stderr: expect.stringContaining('stopping: returning unfinished tasks to the queue') as string,
  });
  expect(first.ms).toBeLessThan(5_000);

  // The job has a message that continues it, and its task has no lease.
  expect(await pipeline.depth(pipeline.queue.url)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  const [job, ...others] = await readJobs(pipeline);
  expect(others).toEqual([]);
  expect((await readPending(pipeline)).open).toEqual([`state/open/${job?.id ?? ''}`]);
  expect(await readTasks(pipeline)).toMatchObject([{ lease: null, isDone: false, failedStarts: 0 }]);
  expect(await receivePublished(pipeline)).toEqual([]);
  expect(sumRead(first)).toBeGreaterThan(0);
  expect(sumRead(first)).toBeLessThan(records);

  const second = await workUntilEmpty(pipeline, ['--json']);
  expect(second.status).toBe(0);
  expect(sumRead(second)).toBe(records - sumRead(first));
  const summary = await readSummary(pipeline, 'import/a.csv');
  expect(summary).toMatchObject({ state: 'done', run: 1, exitStatus: 0, read: records, written: records, rejected: 0 });
  expect(await receivePublished(pipeline)).toMatchObject([{ summary }]);
  expect(await readPending(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});

test('a job that is handed over several times is counted once', async () => {
  const pipeline = await makePipeline(ministack());
  const text = makeFileText('b', 2_500).replaceAll(/^b-(\d*7)(?=,)/gm, 'b-7,too,many');
  const file = await putFile(pipeline, 'import/b.csv', text, slowSettings);
  for (let time = 0; time < 3; time++) {
    expect((await stopMidLoad(pipeline)).status).toBe(4);
  }
  expect((await workUntilEmpty(pipeline)).status).toBe(1);
  const summary = await readSummary(pipeline, 'import/b.csv');
  expect(summary).toMatchObject({ state: 'done', exitStatus: 1, read: 2_500, rejected: 250, written: 2_250 });
  expect(countAccounted(summary)).toBe(2_500);
  const isRejected = ({ text: value }: Readonly<Record<string, string>>) => value === 'too';
  expect(await differencesFrom(pipeline, file, { isRejected, csv: { relax_column_count: true } })).toEqual([]);
  const rejectUris = [summary.rejectsFile ?? []].flat();
  expect(rejectUris.length).toBeGreaterThan(1);
  const rejects = await readRejects(pipeline, rejectUris);
  const numbers = rejects.flatMap(({ reasons }) => reasons.map(({ record }) => record));
  expect(numbers).toEqual(Array.from({ length: 250 }, (_, n) => 10 * n + 8));
});

test('--until-empty sends new messages for jobs that lost theirs, and completes the jobs', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const files = [
    await putFile(pipeline, 'import/one.csv', makeFileText('one', 2_000), slowSettings),
    await putFile(pipeline, 'import/ranges.csv', makeFileText('ranges', 1_200, 3_000), {
      'max-write-units': 1_500,
      parallel: 3,
    }),
  ];
  expect((await stopMidLoad(pipeline, ['--tasks', '4'])).status).toBe(4);
  const lost = await pipeline.receiveAll(pipeline.queue.url);
  expect(lost.length).toBeGreaterThanOrEqual(2);
  expect((await readPending(pipeline)).open).toHaveLength(2);

  const { status, stdout, stderr } = await workUntilEmpty(pipeline, ['--tasks', '4']);
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.not.stringContaining('did not finish') as string,
  });
  expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(await readSummary(pipeline, 'import/one.csv')).toMatchObject({ state: 'done', read: 2_000, written: 2_000 });
  expect(await readSummary(pipeline, 'import/ranges.csv')).toMatchObject({
    state: 'done',
    ranges: 3,
    read: 1_200,
    written: 1_200,
  });
  expect(await readPending(pipeline)).toEqual(nothingPending);
  expect((await receivePublished(pipeline)).map(({ summary: { key } }) => key).sort()).toEqual([
    ...['import/one.csv', 'import/ranges.csv'],
  ]);
  expect(await differencesFrom(pipeline, files)).toEqual([]);
});

test('a worker with --until-empty waits for the job of another worker, then ends', async () => {
  const pipeline = await makePipeline(ministack());
  await putFile(pipeline, 'import/slow.csv', makeFileText('slow', 2_000), slowSettings);
  const loading = startWorker(pipeline, ['--until-empty']);
  await waitUntilLoading(pipeline);
  const idle = await workUntilEmpty(pipeline);
  // It waited until the other worker finished its job.
  expect(await readSummary(pipeline, 'import/slow.csv')).toMatchObject({ state: 'done', read: 2_000 });
  expect(idle).toMatchObject({ status: 0, stdout: '' });
  expect((await loading.ended).status).toBe(0);
  expect(await readPending(pipeline)).toEqual(nothingPending);
});
