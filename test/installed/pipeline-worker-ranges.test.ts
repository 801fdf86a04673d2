import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { makeCsvText } from '../helpers/csv.ts';
import { ministackTests, once } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import {
  countAccounted,
  nothingPending,
  readPending,
  receivePublished,
  type Rejects,
  readRejects,
  readSummary,
  readTasks,
} from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';

const { test, ministack } = ministackTests();

/** Makes a CSV of two-line records of about 1,500 bytes, and bad records of one line. */
function makeRecords(name: string, count: number, isBad: (index: number) => boolean): string {
  return makeCsvText('id,text', count, (index) =>
    isBad(index)
      ? `${name}-bad-${index}`
      : `${name}-${index},"line one of ${index}\nline ""two"", ${'x'.repeat(1_500)}"`,
  );
}

const records = 3_000;
const isBadOneIn97 = (index: number): boolean => index % 97 === 5;
/** Returns the first line of a record, after the header, two lines per good record and one per bad record. */
function lineOf(index: number): number {
  const badBefore = Array.from({ length: index }, (_, before) => before).filter(isBadOneIn97).length;
  return 2 + 2 * index - badBefore;
}

const isRejected = ({ text }: Readonly<Record<string, string>>): boolean => text === '';
const mapping = { isRejected, csv: { relax_column_count: true } };

/** Loads one file in four ranges, and a gzipped one, with two workers in parallel. */
const runWorkers = once(async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const settings = { parallel: 4 };
  const text = makeRecords('plain', records, isBadOneIn97);
  const plain = await putFile(pipeline, 'import/plain.csv', text, settings);
  const other = makeRecords('packed', records, isBadOneIn97);
  const unpacked = await putFile(pipeline, 'elsewhere/unpacked.csv', other);
  await putFile(pipeline, 'import/packed.csv.gz', gzipSync(other), settings);
  const results = await Promise.all([workUntilEmpty(pipeline, ['--json']), workUntilEmpty(pipeline, ['--json'])]);
  return { pipeline, text, files: [plain, unpacked], results };
});

/** Reads the rejects of a job, sorted by object key. */
async function readJobRejects(pipeline: Pipeline, job: string): Promise<Rejects[]> {
  return readRejects(pipeline, await listRejects(pipeline, job));
}

async function listRejects(pipeline: Pipeline, job: string): Promise<string[]> {
  return (await pipeline.list(`rejects/${job}/`)).filter((key) => key.endsWith('.csv'));
}

const badIndexes = Array.from({ length: records }, (_, index) => index).filter(isBadOneIn97);
const bad = badIndexes.length;

test('a file loaded in four ranges by two workers gives the items that another parser reads', async () => {
  const { pipeline, files, results } = await runWorkers();
  expect(await differencesFrom(pipeline, files, mapping)).toEqual([]);
  expect(await readPending(pipeline)).toEqual(nothingPending);
  // Each worker that loaded a part of the job has its status, even if the other one ended it.
  expect(results.map(({ status }) => status)).toEqual([1, 1]);
  const messages = await receivePublished(pipeline);
  expect(messages.map(({ summary }) => summary.key).sort()).toEqual(['import/packed.csv.gz', 'import/plain.csv']);
});

test('the summary of a file in ranges says that order holds inside a range, and counts all ranges', async () => {
  const { pipeline, text } = await runWorkers();
  const summary = await readSummary(pipeline, 'import/plain.csv');
  expect(summary).toMatchObject({
    state: 'done',
    order: 'range',
    ranges: 4,
    exitStatus: 1,
    bytes: Buffer.byteLength(text),
    read: records,
    written: records - bad,
    rejected: bad,
  });
  expect(countAccounted(summary)).toBe(records);
});

test('each range starts where the previous one ends, and all but the last have more than 1 MiB', async () => {
  const { pipeline, text } = await runWorkers();
  const tasks = (await readTasks(pipeline)).filter(({ work }) => work.part.counts.read > 0);
  const ranges = tasks.filter(({ from, to }) => from > 0 || to !== null).sort((a, b) => a.from - b.from);
  expect(ranges.map(({ from }) => from)).toEqual([0, ...ranges.slice(0, -1).map(({ to }) => to)]);
  expect(ranges.map(({ isDone }) => isDone)).toEqual([true, true, true, true]);
  for (const { from, to } of ranges.slice(0, -1)) expect((to ?? 0) - from).toBeGreaterThan(1024 * 1024);
  for (const { from } of ranges.slice(1)) expect(text.slice(from)).toMatch(/^plain-(bad-)?\d+[,\n]/);
});

test('the reasons of rejects have record numbers, lines and offsets of the whole file', async () => {
  const { pipeline, text } = await runWorkers();
  const { job, rejectsFile } = await readSummary(pipeline, 'import/plain.csv');
  const rejects = await readJobRejects(pipeline, job);
  const reasons = rejects.flatMap((one) => one.reasons);
  expect(reasons.map(({ record, line }) => [record, line])).toEqual(
    badIndexes.map((index) => [index + 1, lineOf(index)]),
  );
  for (const [n, { offset }] of reasons.entries()) {
    expect(text.slice(offset).startsWith(`plain-bad-${badIndexes[n] ?? NaN}\n`)).toBe(true);
  }
  expect([rejectsFile].flat().sort()).toEqual(
    (await listRejects(pipeline, job)).map((key) => `s3://${pipeline.bucket}/${key}`),
  );
  const rejected = rejects.flatMap((one) => {
    expect(one.text.startsWith('id,text\n')).toBe(true);
    return one.text.trimEnd().split('\n').slice(1);
  });
  expect(rejected).toEqual(badIndexes.map((index) => `plain-bad-${index}`));
});

test('a gzipped file is one range with any setting of parallel', async () => {
  const { pipeline } = await runWorkers();
  const summary = await readSummary(pipeline, 'import/packed.csv.gz');
  expect(summary).toMatchObject({
    state: 'done',
    ranges: 1,
    exitStatus: 1,
    read: records,
    written: records - bad,
    rejected: bad,
  });
  const reasons = (await readJobRejects(pipeline, summary.job)).flatMap((one) => one.reasons);
  expect(reasons.map(({ record, line }) => [record, line])).toEqual(
    badIndexes.map((index) => [index + 1, lineOf(index)]),
  );
});

/** Loads files with ten bad records in each of four ranges, with different values of max-errors. */
const runWithMaxErrors = once(async () => {
  const pipeline = await makePipeline(ministack());
  const put = async (name: string, maxErrors: number | string, isBad: (index: number) => boolean): Promise<void> => {
    const settings = { parallel: 4, 'max-errors': maxErrors };
    await putFile(pipeline, `import/${name}.csv`, makeRecords(name, records, isBad), settings);
  };
  const tenInEach = (index: number): boolean => index % 75 === 0;
  await put('count-over', 30, tenInEach);
  await put('count-met', 40, tenInEach);
  await put('share-over', '1%', tenInEach);
  await put('share-met', '2%', tenInEach);
  const result = await workUntilEmpty(pipeline, ['--tasks', '3']);
  return { pipeline, result };
});

test('max-errors as a count applies to the whole job, not to each range', async () => {
  const { pipeline, result } = await runWithMaxErrors();
  expect(await readSummary(pipeline, 'import/count-over.csv')).toMatchObject({
    state: 'rejects',
    exitStatus: 2,
    order: 'range',
    error: { code: 'TOO_MANY_ERRORS', message: expect.stringMatching(/--max-errors is 30$/) as string },
  });
  expect(await readSummary(pipeline, 'import/count-met.csv')).toMatchObject({
    state: 'done',
    exitStatus: 1,
    read: records,
    rejected: 40,
    error: null,
  });
  expect(result.status).toBe(2);
});

test('max-errors as a share applies to the whole job, not to each range', async () => {
  const { pipeline } = await runWithMaxErrors();
  expect(await readSummary(pipeline, 'import/share-over.csv')).toMatchObject({
    state: 'rejects',
    exitStatus: 2,
    order: 'range',
    error: { code: 'TOO_MANY_ERRORS', message: expect.stringMatching(/--max-errors is 1%$/) as string },
  });
  expect(await readSummary(pipeline, 'import/share-met.csv')).toMatchObject({
    state: 'done',
    exitStatus: 1,
    read: records,
    rejected: 40,
    error: null,
  });
  expect(await readPending(pipeline)).toEqual(nothingPending);
});
