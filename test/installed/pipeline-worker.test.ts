import { expect } from 'vitest';
import type { JobSummary } from '../../src/pipeline/state/job-end.ts';
import { formatCsv, makeCsv, type MakeField } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { jsonLines } from '../helpers/json-lines.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import { sendMessage } from '../helpers/pipeline/messages.ts';
import {
  countAccounted,
  nothingPending,
  readPending,
  receivePublished,
  readSummary,
} from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';
import { startWorker, workerArgs, workUntilEmpty } from '../helpers/pipeline/worker.ts';
import { below } from '../helpers/random.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import { run, tempDir } from '../helpers/run/run.ts';
import { until } from '../helpers/until.ts';

const { test, ministack } = ministackTests();

/** Gives one record in three the key of an earlier record, near or far. */
const makeRepeatedId: MakeField = (index, rand) => {
  if (index === 0 || rand() > 1 / 3) return `id-${index}`;
  return `id-${rand() < 0.5 ? below(index, rand) : Math.max(0, index - 1 - below(50, rand))}`;
};

const manyRecords = {
  id: makeRepeatedId,
  number: (index: number) => String(index),
  note: (index: number, rand: () => number) =>
    rand() < 0.2
      ? `line one of ${index}\nline "two", ${'n'.repeat(60)}\r\n`
      : `one line of ${index}, ${'n'.repeat(70)}`,
  place: (index: number) => `São Paulo ${index % 100}`,
};

test('100,000 records with quoted newlines and equal keys give the items that another parser reads', async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  const bytes = formatCsv(makeCsv(100_000, manyRecords));
  expect(bytes.length).toBeGreaterThan(11_000_000);
  const file = await putFile(pipeline, 'import/many.csv', bytes);

  const { status, stdout, stderr } = await workUntilEmpty(pipeline);
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: `loading from bucket ${pipeline.bucket} into table ${pipeline.table}\n1 job finished: 1 loaded\n`,
  });
  expect(stdout).toMatch(/^import\/many\.csv: loaded; 100,000 records in [\d.]+ s, [\d,]+ records\/s\n$/);
  expect(await readPending(pipeline)).toEqual(nothingPending);

  const summary = await readSummary(pipeline, 'import/many.csv');
  expect(summary).toMatchObject({
    state: 'done',
    run: 1,
    order: 'file',
    ranges: 1,
    exitStatus: 0,
    error: null,
    resumed: false,
    table: pipeline.table,
    bucket: pipeline.bucket,
    bytes: bytes.length,
    read: 100_000,
    rejected: 0,
  });
  expect(countAccounted(summary)).toBe(100_000);
  expect(summary.superseded).toBeGreaterThan(0);
  expect(await receivePublished(pipeline)).toEqual([
    { subject: `csv2ddb: many.csv into ${pipeline.table}: loaded 100,000 records`, summary },
  ]);
  expect(await pipeline.list('rejects/')).toEqual([]);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
}, 240_000);

test('with --json the worker prints only lines of JSON, the last one with the totals', async () => {
  const pipeline = await makePipeline(ministack());
  await pipeline.putObject('import/good.csv', 'id,v\n1,one\n2,two\n');
  await pipeline.putObject('import/bad.csv', 'id,v\n3,three\n4\n');
  await pipeline.putObject('import/failing.csv', 'id,id\n');
  await sendMessage(pipeline, { Event: 's3:TestEvent' });

  const { status, stdout, stderr } = await workUntilEmpty(pipeline, ['--json']);
  const ended = '3 jobs finished: 1 loaded, 1 loaded with rejected records, 1 not fully loaded\n';
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr: `loading from bucket ${pipeline.bucket} into table ${pipeline.table}\n${ended}`,
  });
  const lines = jsonLines<Record<string, unknown>>(stdout);
  expect(lines.at(-1)).toEqual({
    done: 1,
    withRejects: 1,
    failed: 1,
    messages: 4,
    failures: 0,
    leftOver: [],
    exitStatus: 3,
  });
  const messages = lines.filter((line) => 'message' in line);
  expect(messages.map(({ level, outcome }) => [level, outcome])).toEqual(
    expect.arrayContaining([
      ['info', 'S3 test event'],
      ['info', undefined],
      ['warn', undefined],
    ]),
  );
  const summaries = messages
    .flatMap((line) => (line['tasks'] ?? []) as { summary?: JobSummary }[])
    .flatMap(({ summary }) => summary ?? []);
  for (const key of ['import/good.csv', 'import/bad.csv', 'import/failing.csv']) {
    expect(summaries.filter((summary) => summary.key === key)).toEqual([await readSummary(pipeline, key)]);
  }
  const metrics = lines.filter((line) => '_aws' in line);
  expect(metrics.reduce((sum, { RecordsRead }) => sum + (RecordsRead as number), 0)).toBe(4);
  // One line per message, one line of metrics per message that loaded something, and the totals.
  expect(lines).toHaveLength(messages.length + metrics.length + 1);
});

test('with --quiet the worker prints nothing on success', async () => {
  const pipeline = await makePipeline(ministack());
  await pipeline.putObject('import/good.csv', 'id,v\n1,one\n');
  expect(await workUntilEmpty(pipeline, ['--quiet'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(await pipeline.items()).toHaveLength(1);
});

test('SIGTERM ends an idle worker immediately with status 0', async () => {
  const pipeline = await makePipeline(ministack());
  const worker = startWorker(pipeline);
  await until(() => worker.stderr().includes('until stopped'));
  const startMs = performance.now();
  worker.child.kill('SIGTERM');
  const { status, signal, stdout } = await worker.ended;
  expect({ status, signal, stdout }).toEqual({ status: 0, signal: null, stdout: '' });
  expect(performance.now() - startMs).toBeLessThan(3_000);
});

test('a queue that does not exist ends the worker with status 3 and is named', async () => {
  const pipeline = await makePipeline(ministack());
  const args = workerArgs({ ...pipeline, queue: { ...pipeline.queue, url: `${pipeline.queue.url}-other` } });
  const { status, stdout, stderr } = await csv2ddb(ministack(), args);
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toContain(`error PIPELINE_NOT_FOUND: sqs:ReceiveMessage on ${pipeline.queue.url}-other failed`);
  expect(stderr).toContain('hint: Check --queue-url');
});

test('a bucket that does not exist ends the worker with status 3 and is named', async () => {
  const pipeline = await makePipeline(ministack());
  const args = workerArgs({ ...pipeline, bucket: `${pipeline.bucket}-other` });
  const { status, stdout, stderr } = await csv2ddb(ministack(), args, { timeoutMs: 20_000 });
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toContain(`error PIPELINE_NOT_FOUND: pipeline bucket ${pipeline.bucket}-other does not exist`);
  expect(stderr).toContain('hint: Check --bucket');
});

test('a table that does not exist ends the worker with status 3 before it receives a message', async () => {
  const pipeline = await makePipeline(ministack());
  await pipeline.putObject('import/a.csv', 'id\na\n');
  const args = workerArgs({ ...pipeline, table: `${pipeline.table}-other` });
  const { status, stdout, stderr } = await csv2ddb(ministack(), args);
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toContain(`error TABLE_NOT_FOUND: table ${pipeline.table}-other does not exist`);
  expect(await pipeline.depth(pipeline.queue.url)).toMatchObject({ visible: 1 });
});

test('wrong options end the worker with status 64 before any request; without options it looks up the account', async () => {
  const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const worker = (...args: string[]) => run(['worker', ...args], { cwd: tempDir(), env, timeoutMs: 20_000 });
  const withoutOptions = await worker();
  expect(withoutOptions).toMatchObject({ status: 3, stdout: '' });
  expect(withoutOptions.stderr).toMatch(/^error ENDPOINT_UNREACHABLE: cannot reach 127\.0\.0\.1:1 /);

  const url = 'http://127.0.0.1:1/123456789012/queue';
  const wrong = await worker('--table', 'people', '--bucket', 'imports', '--queue-url', url, '--tasks', '0');
  expect(wrong).toMatchObject({ status: 64, stdout: '' });
  expect(wrong.stderr).toContain("--tasks must be a whole number from 1 to 64, not '0'");
  expect(await worker('--until-emty')).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('Did you mean --until-empty?') as string,
  });
  expect(await worker('file.csv')).toMatchObject({ status: 64, stdout: '' });
});
