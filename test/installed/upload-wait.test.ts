import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JobSummary } from '../../src/pipeline/state/job-end.ts';
import type { Summary } from '../../src/load/summary.ts';
import { makeCsvText } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { jsonLines } from '../helpers/json-lines.ts';
import { makeDescribedPipeline } from '../helpers/pipeline/description.ts';
import { differencesFrom, putDefaultSettings } from '../helpers/pipeline/files.ts';
import { addLoader } from '../helpers/pipeline/loader-function.ts';
import { readSummary } from '../helpers/pipeline/read-state.ts';
import type { Pipeline } from '../helpers/pipeline/pipeline.ts';
import { runUpload, startUpload, parseUploadOutput } from '../helpers/pipeline/upload.ts';
import { makeFolder } from '../helpers/temp.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';
import { summaryOf } from '../helpers/run/run.ts';
import { until } from '../helpers/until.ts';

const { test, ministack } = ministackTests();
const people = 'id,name\n1,Ada\n2,Grace\n3,Edsger\n';

/** A pipeline with a function that loads. */
async function loadingPipeline(): Promise<Pipeline> {
  const pipeline = await makeDescribedPipeline(ministack(), { visibilityS: 90 });
  await addLoader(pipeline, { timeoutS: 60 });
  return pipeline;
}

test('upload --wait follows a file until it is loaded, and prints the summary as direct does', async () => {
  const pipeline = await loadingPipeline();
  const cwd = makeFolder({ 'people.csv': people });
  const args = ['people.csv', '--wait', '--summary', 'summary.json', '--report-every', '500ms'];
  const result = await runUpload(pipeline, args, { cwd });
  expect(result).toMatchObject({ status: 0, signal: null });
  const source = `s3://${pipeline.bucket}/import/people.csv`;
  expect(result.stdout).toMatch(
    new RegExp(
      `^Loaded ${source} into table ${pipeline.table}\n\n {2}read +3 records, 31 B\n {2}header +line 1: [^\n]+\n {2}written +3\n`,
    ),
  );
  const summary = await readSummary(pipeline, 'import/people.csv');
  expect(JSON.parse(readFileSync(join(cwd, 'summary.json'), 'utf8'))).toEqual(summary);
  expect(await differencesFrom(pipeline, join(cwd, 'people.csv'))).toEqual([]);

  const json = await runUpload(pipeline, ['people.csv', '--wait', '--json', '--quiet'], { cwd });
  expect(json).toMatchObject({ status: 0, stderr: '' });
  expect(summaryOf(json)).toMatchObject({ key: 'import/people.csv', state: 'done', read: 3, exitStatus: 0 });
  expect((summaryOf(json) as JobSummary).job).not.toBe(summary.job);
});

test('rejected records of all ranges are downloaded into one file with one header: status 1', async () => {
  const pipeline = await loadingPipeline();
  const records = 20_000;
  const bad = new Set([3, 7_000, 19_998]);
  const line = (n: number): string => `${n},${bad.has(n) ? 'x' : n},"${'y'.repeat(150)}"`;
  const text = makeCsvText('id,amount,"a\ntext"', records, line);
  const cwd = makeFolder({ 'people.csv': text, 'people.csv.rejects': 'of another program\n' });
  const args = ['people.csv', '--wait', '--types', 'amount:N', '--parallel', '3', '--json'];
  const result = await runUpload(pipeline, args, { cwd });
  expect(result.status).toBe(1);
  const objects = (await pipeline.list('rejects/')).filter((key) => key.endsWith('.csv'));
  expect(objects.length).toBeGreaterThan(1);
  expect(summaryOf(result)).toMatchObject({
    state: 'done',
    ranges: 3,
    read: records,
    written: records - 3,
    rejected: 3,
    rejectsFile: 'people.csv.2.rejects',
    exitStatus: 1,
  });
  const rejected = readFileSync(join(cwd, 'people.csv.2.rejects'), 'utf8');
  expect(rejected).toBe(`id,amount,"a\ntext"\n${[...bad].map((n) => `${line(n)}\n`).join('')}`);
  const reasons = jsonLines<object>(readFileSync(join(cwd, 'people.csv.2.rejects.jsonl'), 'utf8'));
  expect(reasons).toMatchObject(
    [...bad].map(() => ({ code: 'NOT_A_NUMBER', file: `s3://${pipeline.bucket}/import/people.csv` })),
  );
  expect(readFileSync(join(cwd, 'people.csv.rejects'), 'utf8')).toBe('of another program\n');
  const command = `csv2ddb upload people.csv.2.rejects --json --types amount:N --bucket ${pipeline.bucket} --parallel 3 --wait`;
  expect(result.stderr).toContain(`Fix the rejected records, then load them:\n  ${command}\n`);
});

test('too many rejected records end with status 2, and are downloaded', async () => {
  const pipeline = await loadingPipeline();
  const cwd = makeFolder({ 'people.csv': 'id\n1\n,\n,\n,\n2\n' });
  const args = ['people.csv', '--wait', '--max-errors', '1', '--rejects', 'bad.csv'];
  const result = await runUpload(pipeline, args, { cwd });
  expect(result.status).toBe(2);
  expect(result.stderr).toContain('error TOO_MANY_ERRORS:');
  expect(result.stdout).toContain('too many rejected records');
  expect(readFileSync(join(cwd, 'bad.csv'), 'utf8')).toMatch(/^id\n,\n,\n/);
});

test('a failed job ends with status 3 and its error', async () => {
  const pipeline = await loadingPipeline();
  const cwd = makeFolder({ 'people.csv': 'name\nAda\n' });
  const result = await runUpload(pipeline, ['people.csv', '--wait', '--json'], { cwd });
  expect(result.status).toBe(3);
  expect(result.stderr).toContain('error KEY_COLUMN_MISSING:');
  expect(summaryOf(result)).toMatchObject({ state: 'failed', error: { code: 'KEY_COLUMN_MISSING' }, exitStatus: 3 });
});

test('several files are put, then followed together, and end with the worst status and a folder of rejects', async () => {
  const pipeline = await loadingPipeline();
  const cwd = makeFolder({ 'one.csv': people, 'two.csv': 'id,n\n4,a\n5,b,c\n', 'three.csv': 'id,n\n6,a,b\n7,c\n' });
  const args = ['one.csv', 'two.csv', 'three.csv', '--wait', '--rejects', 'bad', '--json'];
  const result = await runUpload(pipeline, args, { cwd });
  expect(result.status).toBe(1);
  const summary = summaryOf(result) as Summary & { jobs: JobSummary[] };
  expect(summary).toMatchObject({
    sources: ['one.csv', 'two.csv', 'three.csv'].map((name) => `s3://${pipeline.bucket}/import/${name}`),
    read: 7,
    written: 5,
    rejected: 2,
    rejectsFile: ['bad/two.csv.rejects', 'bad/three.csv.rejects'],
    exitStatus: 1,
    error: null,
  });
  expect(summary.jobs.map(({ key, exitStatus }) => [key, exitStatus])).toEqual([
    ['import/one.csv', 0],
    ['import/two.csv', 1],
    ['import/three.csv', 1],
  ]);
  expect(readFileSync(join(cwd, 'bad/two.csv.rejects'), 'utf8')).toBe('id,n\n5,b,c\n');
  expect(readFileSync(join(cwd, 'bad/three.csv.rejects'), 'utf8')).toBe('id,n\n6,a,b\n');
  expect(readdirSync(cwd).filter((name) => name.includes('rejects'))).toEqual([]);
});

test('upload waits until the current object of its key is loaded, unless --replace is given', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': 'id,name\n1,Barbara\n' });
  await pipeline.putObject('import/people.csv', people);
  const waiting = startUpload(pipeline, ['people.csv'], { cwd });
  await until(() => /waiting for job \S+, which will load the current import\/people\.csv/.test(waiting.stderr()));
  expect(await pipeline.getText('import/people.csv')).toBe(people);
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect((await waiting.ended).status).toBe(0);
  expect(await pipeline.getText('import/people.csv')).toBe('id,name\n1,Barbara\n');

  // The job of the current object has not started either.
  const replacing = await runUpload(pipeline, ['people.csv', '--replace'], { cwd });
  expect(replacing).toMatchObject({ status: 0, stderr: expect.not.stringContaining('waiting') as string });
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await pipeline.items()).toHaveLength(3);
});

test('upload --if-changed puts nothing if the same content was loaded with the same settings', async () => {
  const pipeline = await loadingPipeline();
  const cwd = makeFolder({ 'people.csv': people });
  const upload = async (...more: string[]): Promise<{ status: number | null; states: string[]; stderr: string }> => {
    const result = await runUpload(pipeline, ['people.csv', '--if-changed', '--json', ...more], { cwd });
    return {
      status: result.status,
      states: parseUploadOutput(result).uploads.map(({ state }) => state),
      stderr: result.stderr,
    };
  };
  expect(await upload()).toMatchObject({ status: 0, states: ['put'] });
  const again = await upload();
  expect(again).toMatchObject({ status: 0, states: ['unchanged'] });
  expect(again.stderr).toContain('people.csv is unchanged since it was loaded as import/people.csv');
  expect(await upload('--types', 'name:S')).toMatchObject({ states: ['put'] });
  expect(await upload('--types', 'name:S')).toMatchObject({ states: ['unchanged'] });
  expect(await upload()).toMatchObject({ states: ['put'] });
  // The check waits until the previous job has ended.
  expect(await upload()).toMatchObject({ states: ['unchanged'] });
  await putDefaultSettings(pipeline, { empty: 'null' });
  expect(await upload()).toMatchObject({ states: ['put'] });
  const waited = await runUpload(pipeline, ['people.csv', '--if-changed', '--wait', '--json'], { cwd });
  expect(waited.status).toBe(0);
  expect(summaryOf(waited)).toMatchObject({ read: 0, sources: [], jobs: [], exitStatus: 0, error: null });

  const stdin = await runUpload(pipeline, ['--key', 'people.csv', '--if-changed'], { cwd, stdin: people });
  expect(stdin).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('cannot use --if-changed with stdin') as string,
  });
});

test('upload --if-changed puts a file again if it was loaded with rejects', async () => {
  const pipeline = await loadingPipeline();
  const cwd = makeFolder({ 'people.csv': 'id\n1\n,\n' });
  for (let time = 0; time < 2; time++) {
    const result = await runUpload(pipeline, ['people.csv', '--if-changed', '--wait', '--json'], { cwd });
    expect(result.status).toBe(1);
    expect(summaryOf(result)).toMatchObject({ read: 2, rejected: 1 });
  }
});

test('Ctrl-C during --wait leaves the job running and prints how to follow it: status 4', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': people });
  const args = ['people.csv', '--wait', '--report-every', '100ms'];
  const signalAfter = { signal: 'SIGINT', stderr: /^0%, 0 B, 0 records/m } as const;
  const result = await runUpload(pipeline, args, { cwd, signalAfter });
  expect(result).toMatchObject({ status: 4, signal: null });
  expect(result.stderr).toContain('The jobs continue in the background.\n');
  expect(result.stdout).toMatch(/Follow it:\n {2}csv2ddb status \d{8}T\d{6}Z-[0-9a-f]{20} --bucket /);
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await differencesFrom(pipeline, join(cwd, 'people.csv'))).toEqual([]);
  expect(existsSync(join(cwd, 'people.csv.rejects'))).toBe(false);
});

test('upload --wait ends if its object is replaced before its job starts: status 3', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': people });
  const running = startUpload(pipeline, ['people.csv', '--wait', '--json', '--report-every', '100ms'], { cwd });
  await until(() => running.stderr().includes('0 records'));
  await pipeline.putObject('import/people.csv', 'id\n9\n');
  const result = await running.ended;
  expect(result.status).toBe(3);
  expect(summaryOf(result)).toMatchObject({ error: { code: 'SOURCE_CHANGED' }, exitStatus: 3 });
  expect(result.stderr).toContain('was replaced before it was loaded');
});
