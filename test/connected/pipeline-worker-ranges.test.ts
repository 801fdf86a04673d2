import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import {
  accountedFor,
  differencesFrom,
  left,
  ministackTests,
  nothingLeft,
  once,
  published,
  putFile,
  putSettings,
  summaryFor,
  tasksOf,
  workUntilEmpty,
} from '../helpers/pipeline/worker.ts';

const { test, ministack } = ministackTests();

/** A record of some 1,500 bytes on two lines, or a bad one of one line. */
function recordsOf(name: string, count: number, isBad: (index: number) => boolean): string {
  const lines = Array.from({ length: count }, (_, index) =>
    isBad(index)
      ? `${name}-bad-${index}\n`
      : `${name}-${index},"line one of ${index}\nline ""two"", ${'x'.repeat(1_500)}"\n`,
  );
  return `id,text\n${lines.join('')}`;
}

const records = 3_000;
const isBadOneIn97 = (index: number): boolean => index % 97 === 5;
/** The line that a record begins on: behind the header, two lines for each good one, one for each bad one. */
function lineOf(index: number): number {
  const badBefore = Array.from({ length: index }, (_, before) => before).filter(isBadOneIn97).length;
  return 2 + 2 * index - badBefore;
}

const leaveOut = ({ text }: Readonly<Record<string, string>>): boolean => text === '';
const mapping = { leaveOut, csv: { relax_column_count: true } };

/** One file in four ranges, and the same packed, by two workers at once. */
const ran = once(async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const metadata = await putSettings(pipeline, { parallel: 4 });
  const text = recordsOf('plain', records, isBadOneIn97);
  const plain = await putFile(pipeline, 'import/plain.csv', text, metadata);
  const other = recordsOf('packed', records, isBadOneIn97);
  const unpacked = await putFile(pipeline, 'elsewhere/unpacked.csv', other);
  await pipeline.putObject('import/packed.csv.gz', gzipSync(other), metadata);
  const results = await Promise.all([workUntilEmpty(pipeline, ['--json']), workUntilEmpty(pipeline, ['--json'])]);
  return { pipeline, text, files: [plain, unpacked], results };
});

interface Reason {
  readonly record: number;
  readonly line: number;
  readonly offset: number;
}

async function reasonsOf(pipeline: Pipeline, job: string): Promise<Reason[]> {
  const keys = (await pipeline.list(`rejects/${job}/`)).filter((key) => key.endsWith('.jsonl'));
  const texts = await Promise.all(keys.map((key) => pipeline.getText(key)));
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Reason),
  );
}

const badIndexes = Array.from({ length: records }, (_, index) => index).filter(isBadOneIn97);
const bad = badIndexes.length;

test('a file in four ranges, by two workers at once, leaves the table that another parser makes of it', async () => {
  const { pipeline, files, results } = await ran();
  expect(await differencesFrom(pipeline, files, mapping)).toEqual([]);
  expect(await left(pipeline)).toEqual(nothingLeft);
  expect(await pipeline.depth(pipeline.deadLetters.url)).toEqual(nothingLeft.queue);
  // Whoever has loaded of a job has its status, though it ended elsewhere.
  expect(results.map(({ status }) => status)).toEqual([1, 1]);
  const told = await published(pipeline);
  expect(told.map(({ summary }) => summary.key).sort()).toEqual(['import/packed.csv.gz', 'import/plain.csv']);
});

test('its summary says that order holds inside of ranges, and its counts are those of all of them', async () => {
  const { pipeline, text } = await ran();
  const summary = await summaryFor(pipeline, 'import/plain.csv');
  expect(summary).toMatchObject({
    ...{ state: 'done', order: 'range', ranges: 4, exitStatus: 1, bytes: Buffer.byteLength(text) },
    ...{ read: records, written: records - bad, rejected: bad },
  });
  expect(accountedFor(summary)).toBe(records);
});

test('each range begins where the one before ends, and is no smaller than 1 MiB but for the last', async () => {
  const { pipeline, text } = await ran();
  const tasks = (await tasksOf(pipeline)).filter(({ work }) => work.part.counts.read > 0);
  const ranges = tasks.filter(({ from, to }) => from > 0 || to !== null).sort((a, b) => a.from - b.from);
  expect(ranges.map(({ from }) => from)).toEqual([0, ...ranges.slice(0, -1).map(({ to }) => to)]);
  expect(ranges.map(({ isDone }) => isDone)).toEqual([true, true, true, true]);
  for (const { from, to } of ranges.slice(0, -1)) expect((to ?? 0) - from).toBeGreaterThan(1024 * 1024);
  for (const { from } of ranges.slice(1)) expect(text.slice(from)).toMatch(/^plain-(bad-)?\d+[,\n]/);
});

test('the reasons beside rejected records have their numbers, lines and bytes in the whole file', async () => {
  const { pipeline, text } = await ran();
  const { job, rejectsFile } = await summaryFor(pipeline, 'import/plain.csv');
  const reasons = await reasonsOf(pipeline, job);
  expect(reasons.map(({ record, line }) => [record, line])).toEqual(
    badIndexes.map((index) => [index + 1, lineOf(index)]),
  );
  for (const [n, { offset }] of reasons.entries()) {
    expect(text.slice(offset).startsWith(`plain-bad-${badIndexes[n] ?? NaN}\n`)).toBe(true);
  }
  const keys = (await pipeline.list(`rejects/${job}/`)).filter((key) => key.endsWith('.csv'));
  expect([rejectsFile].flat().sort()).toEqual(keys.map((key) => `s3://${pipeline.bucket}/${key}`));
  const rejected = (await Promise.all(keys.map((key) => pipeline.getText(key)))).flatMap((one) => {
    expect(one.startsWith('id,text\n')).toBe(true);
    return one.trimEnd().split('\n').slice(1);
  });
  expect(rejected).toEqual(badIndexes.map((index) => `plain-bad-${index}`));
});

test('a packed file is one range, whatever was asked for', async () => {
  const { pipeline } = await ran();
  const summary = await summaryFor(pipeline, 'import/packed.csv.gz');
  expect(summary).toMatchObject({
    ...{ state: 'done', ranges: 1, exitStatus: 1, read: records, written: records - bad, rejected: bad },
  });
  const reasons = await reasonsOf(pipeline, summary.job);
  expect(reasons.map(({ record, line }) => [record, line])).toEqual(
    badIndexes.map((index) => [index + 1, lineOf(index)]),
  );
});

/** Files with ten bad records in each of four ranges, or with many in the first of them. */
const judged = once(async () => {
  const pipeline = await makePipeline(ministack());
  const put = async (name: string, maxErrors: number | string, isBad: (index: number) => boolean): Promise<void> => {
    const metadata = await putSettings(pipeline, { parallel: 4, 'max-errors': maxErrors });
    await pipeline.putObject(`import/${name}.csv`, recordsOf(name, records, isBad), metadata);
  };
  const tenInEach = (index: number): boolean => index % 75 === 0;
  await put('count-over', 30, tenInEach);
  await put('count-met', 40, tenInEach);
  await put('share-over', '1%', tenInEach);
  await put('share-met', '2%', tenInEach);
  const result = await workUntilEmpty(pipeline, ['--tasks', '3']);
  return { pipeline, result };
});

test('max-errors as a count is one of the whole job, not of each range', async () => {
  const { pipeline, result } = await judged();
  expect(await summaryFor(pipeline, 'import/count-over.csv')).toMatchObject({
    ...{ state: 'rejects', exitStatus: 2, order: 'range' },
    error: { code: 'TOO_MANY_ERRORS', message: expect.stringMatching(/--max-errors is 30$/) as string },
  });
  expect(await summaryFor(pipeline, 'import/count-met.csv')).toMatchObject({
    ...{ state: 'done', exitStatus: 1, read: records, rejected: 40, error: null },
  });
  expect(result.status).toBe(2);
});

test('max-errors as a share is one of the whole job, not of each range', async () => {
  const { pipeline } = await judged();
  expect(await summaryFor(pipeline, 'import/share-over.csv')).toMatchObject({
    ...{ state: 'rejects', exitStatus: 2, order: 'range' },
    error: { code: 'TOO_MANY_ERRORS', message: expect.stringMatching(/--max-errors is 1%$/) as string },
  });
  expect(await summaryFor(pipeline, 'import/share-met.csv')).toMatchObject({
    ...{ state: 'done', exitStatus: 1, read: records, rejected: 40, error: null },
  });
  expect(await left(pipeline)).toEqual(nothingLeft);
});
