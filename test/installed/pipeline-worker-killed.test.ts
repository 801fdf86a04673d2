import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { formatCsv, makeEqualKeys } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import {
  countAccounted,
  nothingPending,
  readPending,
  receivePublished,
  readSummaries,
} from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { waitUntilLoading, startWorker, workUntilEmpty } from '../helpers/pipeline/worker.ts';
import { random } from '../helpers/random.ts';
import type { Running } from '../helpers/run/run.ts';

const { test, ministack } = ministackTests();

/** Records per second of a job: slow enough that the worker saves a checkpoint, every 20 s, before the job ends. */
const recordsPerSecond = 400;

/** Puts a file with unique keys, each in `times` records. Ranges have no order, so they need `times` 1. */
async function put(
  pipeline: Pipeline,
  name: string,
  records: number,
  { parallel, times }: { readonly parallel: number; readonly times: number },
): Promise<string> {
  const key = (number: number) => `${name}-${number}`;
  const { header, records: plain } = makeEqualKeys(records / times, times, { key });
  const wide = plain.map((fields) => [...fields, `line one of ${fields.join(' ')}\n"${'x'.repeat(150)}"`]);
  const settings = { parallel, 'max-write-units': recordsPerSecond };
  const bytes = formatCsv({ header: [...header, 'text'], records: wide });
  return putFile(pipeline, `import/${name}.csv`, bytes, settings);
}

test('workers that are killed at random moments lose no record and count none twice', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const records = 12_000;
  const files = await Promise.all([
    put(pipeline, 'a', records, { parallel: 1, times: 2 }),
    put(pipeline, 'b', records, { parallel: 1, times: 3 }),
    put(pipeline, 'c', records, { parallel: 2, times: 1 }),
  ]);
  const seed = Date.now();
  const rand = random(seed);
  // Three workers run at once. Each killed worker is replaced, and its replacement is killed too.
  const moments = Array.from({ length: 5 }, () => 1_000 + rand() * 26_000).sort((a, b) => a - b);
  const context = `seed ${seed}, killed after ${moments.map(Math.round).join(', ')} ms`;

  const start = (): Running => startWorker(pipeline, ['--until-empty', '--tasks', '2']);
  const workers = [start(), start(), start()];
  await waitUntilLoading(pipeline);
  const startMs = performance.now();
  const killed: Running[] = [];
  for (const moment of moments) {
    await sleep(Math.max(0, moment - (performance.now() - startMs)));
    const worker = workers.shift();
    worker?.child.kill('SIGKILL');
    if (worker !== undefined) killed.push(worker);
    if (workers.length < 2) workers.push(start());
  }
  for (const worker of workers) {
    worker.child.kill('SIGKILL');
    killed.push(worker);
  }
  const ends = await Promise.all(killed.map(({ ended }) => ended));
  expect(
    ends.every(({ signal }) => signal === 'SIGKILL'),
    context,
  ).toBe(true);

  const last = await workUntilEmpty(pipeline, ['--tasks', '4']);
  expect(last, context).toMatchObject({ status: 0, stderr: expect.not.stringContaining('did not finish') as string });
  expect(await readPending(pipeline), context).toEqual(nothingPending);

  const summaries = await readSummaries(pipeline);
  expect(
    summaries.map(({ key, state, ranges, read }) => [key, state, ranges, read]),
    context,
  ).toEqual([
    ['import/a.csv', 'done', 1, records],
    ['import/b.csv', 'done', 1, records],
    ['import/c.csv', 'done', 2, records],
  ]);
  for (const summary of summaries) {
    expect(summary, context).toMatchObject({ exitStatus: 0, run: 1, rejected: 0, error: null });
    expect(countAccounted(summary), context).toBe(records);
  }
  // A worker that dies between publishing and recording it leaves another worker to publish again.
  const lastSummaries = new Map((await receivePublished(pipeline)).map(({ summary }) => [summary.key, summary]));
  expect(
    [...lastSummaries.values()].sort((one, other) => (one.key < other.key ? -1 : 1)),
    context,
  ).toEqual(summaries);
  expect(await differencesFrom(pipeline, files), context).toEqual([]);
}, 280_000);
