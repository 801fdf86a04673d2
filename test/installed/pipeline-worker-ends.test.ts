import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JobSummary } from '../../src/pipeline/state/job-end.ts';
import { formatCsv, makeBadRecords } from '../helpers/csv.ts';
import { ministackTests, once } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, type FileSettings, putFile } from '../helpers/pipeline/files.ts';
import {
  countAccounted,
  nothingPending,
  readPending,
  receivePublished,
  type Rejects,
  readRejects,
  readSummary,
} from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';
import { type RunResult, tempDir } from '../helpers/run/run.ts';

const { test, ministack } = ministackTests();

interface WorkerRun {
  readonly pipeline: Pipeline;
  readonly result: RunResult;
  readonly summary: JobSummary;
}

const key = 'import/file.csv';

/** Loads one file with a separate worker. */
async function load(bytes: string, settings?: FileSettings): Promise<WorkerRun> {
  const pipeline = await makePipeline(ministack(), { topic: true });
  await putFile(pipeline, key, bytes, settings);
  const result = await workUntilEmpty(pipeline);
  return { pipeline, result, summary: await readSummary(pipeline, key) };
}

/** Runs all cases in parallel, because each worker mostly waits for more messages. */
const runs = once(async () => {
  const [empty, header, blank, tooMany, noKey] = await Promise.all([
    load(''),
    load('id,v\n'),
    load('id,v\n\n\n'),
    load('id,v\n1,one\n2\n3\n4,four\n5,five\n', { 'max-errors': 1 }),
    load('name,v\n1,one\n'),
  ]);
  return { empty, header, blank, tooMany, noKey };
});

async function expectPublished({ pipeline, summary }: WorkerRun, outcome: string): Promise<void> {
  const subject = `csv2ddb: file.csv into ${pipeline.table}: ${outcome}`;
  expect(await receivePublished(pipeline)).toEqual([{ subject, summary }]);
  expect(await readPending(pipeline)).toEqual(nothingPending);
}

test('an empty file is a job of 0 records', async () => {
  const { empty } = await runs();
  expect(empty.summary).toMatchObject({ state: 'done', exitStatus: 0, read: 0, written: 0, bytes: 0, error: null });
  expect(empty.result.status).toBe(0);
  expect(empty.result.stdout).toContain(`${key}: loaded; 0 records`);
  await expectPublished(empty, 'loaded 0 records');
});

test('a file with only a header loads 0 records', async () => {
  const { header } = await runs();
  expect(header.summary).toMatchObject({ state: 'done', exitStatus: 0, read: 0, written: 0, bytes: 5, error: null });
  expect(header.result).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${key}: loaded; 0 records`) as string,
  });
  await expectPublished(header, 'loaded 0 records');
});

test('a file with a header and blank lines loads 0 records', async () => {
  const { blank } = await runs();
  expect(blank.summary).toMatchObject({ state: 'done', exitStatus: 0, read: 0, written: 0, bytes: 7, error: null });
  expect(blank.result.status).toBe(0);
  await expectPublished(blank, 'loaded 0 records');
});

test('more rejects than max-errors in the settings stop the job, and the worker ends with status 2', async () => {
  const { tooMany } = await runs();
  const { summary, result, pipeline } = tooMany;
  expect(summary).toMatchObject({ state: 'rejects', exitStatus: 2, rejected: 2, error: { code: 'TOO_MANY_ERRORS' } });
  expect(countAccounted(summary)).toBe(summary.read);
  expect(result.status).toBe(2);
  expect(result.stdout).toContain(`${key}: stopped, too many rejected records; `);
  expect(result.stdout).toContain('TOO_MANY_ERRORS: too many rejected records: 2 of 3 records, but --max-errors is 1');
  // A pipeline has no --resume.
  expect(result.stdout).not.toContain('--resume');
  expect(await rejectsOf(pipeline)).toMatchObject([{ text: 'id,v\n2\n3\n' }]);
  await expectPublished(tooMany, 'stopped: TOO_MANY_ERRORS');
});

test('a file without the key of the table fails, and the worker ends with status 3', async () => {
  const { noKey } = await runs();
  expect(noKey.summary).toMatchObject({ state: 'failed', exitStatus: 3, error: { code: 'KEY_COLUMN_MISSING' } });
  expect(noKey.result.status).toBe(3);
  await expectPublished(noKey, 'stopped: KEY_COLUMN_MISSING');
});

/** Reads the reject objects with their reasons. */
async function rejectsOf(pipeline: Pipeline): Promise<Rejects[]> {
  const keys = await pipeline.list('rejects/');
  const records = keys.filter((one) => one.endsWith('.csv'));
  expect(keys).toEqual(records.flatMap((one) => [one, `${one}.jsonl`]));
  return readRejects(pipeline, records);
}

test('rejects are stored as a CSV with reasons, the worker ends with status 1, and fixed rejects load', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const settings = { types: { amount: 'N' } } as const;
  const { bytes, bad, good } = makeBadRecords(500, { every: 200, kinds: ['NOT_A_NUMBER', 'TOO_MANY_FIELDS'] });
  expect(bad).toHaveLength(2);
  await putFile(pipeline, key, bytes, settings);
  const result = await workUntilEmpty(pipeline);
  expect(result.status).toBe(1);

  const summary = await readSummary(pipeline, key);
  expect(summary).toMatchObject({ state: 'done', exitStatus: 1, read: 500, written: 498, rejected: 2, error: null });
  const [rejectsKey = ''] = await pipeline.list('rejects/');
  const rejectsUri = `s3://${pipeline.bucket}/${rejectsKey}`;
  expect(summary.rejectsFile).toBe(rejectsUri);
  expect(result.stdout).toMatch(/^import\/file\.csv: loaded; 498 records in .*, 2 rejected\n {2}rejects: /);
  expect(result.stdout).toContain(rejectsUri);
  const raw = `id,amount,note\n${bad.map((one) => one.raw.toString()).join('')}`;
  const file = `s3://${pipeline.bucket}/${key}`;
  const reasons = bad.map(({ number, line, code }) => ({ file, record: number, line, code }));
  expect(await rejectsOf(pipeline)).toMatchObject([{ text: raw, reasons }]);
  expect(await receivePublished(pipeline)).toMatchObject([
    { subject: expect.stringContaining('2 rejected') as string },
  ]);

  const fixedText = raw.replaceAll('12 apples', '12').replaceAll(',one more', '');
  const goodFile = join(tempDir(), 'good.csv');
  writeFileSync(goodFile, formatCsv(good));
  const fixedFile = await putFile(pipeline, 'import/fixed.csv', fixedText, settings);
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await readSummary(pipeline, 'import/fixed.csv')).toMatchObject({ state: 'done', read: 2, written: 2 });
  expect(await differencesFrom(pipeline, [goodFile, fixedFile], settings)).toEqual([]);
});
