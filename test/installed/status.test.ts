import { expect } from 'vitest';
import type { RedriveResult } from '../../src/pipeline/redrive/redrive-all.ts';
import type { JobRedriveResult } from '../../src/pipeline/redrive/redrive-by-name.ts';
import type { JobDetail } from '../../src/pipeline/status/job-detail.ts';
import type { Overview } from '../../src/pipeline/status/overview.ts';
import { makeCsvText } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { makeDescribedPipeline, putDescription } from '../helpers/pipeline/description.ts';
import { readPipelineJson, runPipelineCommand } from '../helpers/pipeline/pipeline-commands.ts';
import { differencesFrom, putDefaultSettings, putFile } from '../helpers/pipeline/files.ts';
import { sendMessage } from '../helpers/pipeline/messages.ts';
import { receivePublished, readRejects } from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';
import { waitUntilLoading, startWorker, workUntilEmpty } from '../helpers/pipeline/worker.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import { until } from '../helpers/until.ts';

const { ministack, test } = ministackTests();
const csv = (from: number, to: number): string =>
  makeCsvText('id,name', to - from, (at) => `${from + at},n${from + at}`);

test('status shows an idle pipeline, and fails for a missing pipeline or job', async () => {
  const pipeline = await makePipeline(ministack());
  const none = await runPipelineCommand(pipeline, 'status');
  expect([none.status, none.stderr]).toEqual([3, expect.stringContaining('error PIPELINE_NOT_FOUND: ')]);

  await putDescription(pipeline, { function: 'loader' });
  const { status, stdout, stderr } = await runPipelineCommand(pipeline, 'status');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.split('\n')).toEqual([
    `pipeline ${pipeline.bucket}`,
    `  table         ${pipeline.table}`,
    '  loaded by     function loader',
    '  queue         0 waiting, 0 in flight, 0 delayed',
    '  dead letters  0',
    '  open jobs     0',
    '',
    'no jobs yet',
    '',
  ]);
  for (const command of ['status', 'redrive']) {
    const unknown = await runPipelineCommand(pipeline, command, 'people.csv');
    expect([unknown.status, unknown.stdout]).toEqual([3, '']);
    expect(unknown.stderr).toMatch(
      /^error JOB_NOT_FOUND: job or file people\.csv does not exist in pipeline .*\n {2}hint: .* use a key like import\/…/,
    );
  }
});

test('status shows done, failed and unstarted jobs, and redrive retries those that are not loaded', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const good = await putFile(pipeline, 'import/good.csv', csv(0, 100));
  const some = await putFile(pipeline, 'import/some.csv', `${csv(100, 110)},no key\n`);
  expect((await workUntilEmpty(pipeline)).status).toBe(1);
  await putDefaultSettings(pipeline, { delimeter: ';' });
  const bad = await putFile(pipeline, 'import/bad.csv', csv(200, 230).replaceAll(',', ';'));
  expect((await workUntilEmpty(pipeline)).status).toBe(3);
  // The events of these objects are lost.
  const left = await putFile(pipeline, 'import/left behind+.csv', csv(300, 320).replaceAll(',', ';'));
  await putFile(pipeline, 'import/', new Uint8Array());
  await pipeline.receiveAll(pipeline.queue.url);

  const overview = await readPipelineJson<Overview>(pipeline, 'status');
  expect(overview).toMatchObject({
    name: null,
    bucket: pipeline.bucket,
    table: pipeline.table,
    function: null,
    openJobs: 0,
    expired: 0,
    unstarted: [{ key: 'import/left behind+.csv', sizeBytes: csv(300, 320).length }],
  });
  const jobs = new Map(overview.jobs.map((job) => [job.key, job]));
  expect([...jobs.keys()].sort()).toEqual(['import/bad.csv', 'import/good.csv', 'import/some.csv']);
  expect(jobs.get('import/good.csv')).toMatchObject({
    state: 'done',
    percent: 100,
    read: 100,
    written: 100,
    rejected: 0,
    run: 1,
  });
  expect(jobs.get('import/some.csv')).toMatchObject({ state: 'done with rejects', read: 11, written: 10, rejected: 1 });
  const failed = jobs.get('import/bad.csv');
  expect(failed).toMatchObject({ state: 'failed', read: 0, error: { code: 'SETTINGS_INVALID' } });
  for (const { started, ended } of jobs.values())
    expect(Date.parse(ended ?? '')).toBeGreaterThanOrEqual(Date.parse(started ?? ''));

  const text = (await runPipelineCommand(pipeline, 'status')).stdout;
  expect(text).toMatch(/^\S+Z-\S+ {2}failed +0% +0 +0 +0 +\S+Z {2}import\/bad\.csv$/m);
  expect(text).toMatch(/^import\/bad\.csv, failed: SETTINGS_INVALID: /m);
  expect(text).toMatch(/^1 file not started\n.*\n *188 B {2}\S+Z {2}import\/left behind\+\.csv$/m);
  expect(text).toContain(`Resume everything that is not loaded:\n  csv2ddb redrive --bucket ${pipeline.bucket}\n`);

  // By key, by key without the prefix, by URI, and by job ID.
  for (const name of ['import/bad.csv', 'bad.csv', `s3://${pipeline.bucket}/import/bad.csv`, failed?.job ?? '']) {
    expect(await readPipelineJson<JobDetail>(pipeline, 'status', name)).toMatchObject({
      job: failed?.job,
      key: 'import/bad.csv',
      state: 'failed',
      order: 'file',
      ranges: 1,
      newer: null,
      tasks: [],
      summary: { state: 'failed', exitStatus: 3 },
    });
  }
  const { rejects } = await readPipelineJson<JobDetail>(pipeline, 'status', 'some.csv');
  expect((await readRejects(pipeline, rejects)).map(({ text }) => text)).toEqual(['id,name\n,no key\n']);
  const detail = (await runPipelineCommand(pipeline, 'status', 'bad.csv')).stdout;
  expect(detail).toMatch(/^ {2}error +SETTINGS_INVALID: /m);
  expect(detail).toContain(`csv2ddb redrive ${failed?.job ?? ''} --bucket ${pipeline.bucket}\n`);
  expect(await readPipelineJson<JobDetail>(pipeline, 'status', 'left behind+.csv')).toMatchObject({
    job: null,
    state: 'not started',
  });

  // A job that is done is not resumed.
  expect(await readPipelineJson<JobRedriveResult>(pipeline, 'redrive', 'good.csv')).toMatchObject({
    started: 'nothing',
    run: 1,
  });
  expect((await runPipelineCommand(pipeline, 'redrive', 'good.csv')).stdout).toMatch(/: done, nothing to resume\n$/);
  expect(await pipeline.depth(pipeline.queue.url)).toMatchObject({ visible: 0 });

  await putDefaultSettings(pipeline, { delimiter: ';' });
  expect(await readPipelineJson<RedriveResult>(pipeline, 'redrive')).toEqual({
    deadLetters: 0,
    foreignDeadLetters: 0,
    open: 0,
    expired: 0,
    failed: [{ job: failed?.job, key: 'import/bad.csv', run: 2 }],
    files: ['import/left behind+.csv'],
  });
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  const mapping = { csv: { delimiter: [',', ';'] }, isRejected: ({ id }: Record<string, string>) => id === '' };
  expect(await differencesFrom(pipeline, [good, some, bad, left], mapping)).toEqual([]);
  for (const [name, run] of [
    ['bad.csv', 2],
    ['left behind+.csv', 1],
  ] as const) {
    expect(await readPipelineJson<JobDetail>(pipeline, 'status', name)).toMatchObject({
      state: 'done',
      run,
      percent: 100,
    });
  }
  expect((await runPipelineCommand(pipeline, 'redrive')).stdout).toBe('nothing to resume\n');
});

test('status shows the progress and leases of a running job', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const settings = { 'max-write-units': 100, parallel: 2 };
  // The minimum size of a range is 1 MiB.
  const file = csv(0, 20_000).replaceAll('\n', `${'x'.repeat(80)}\n`);
  await putFile(pipeline, 'import/slow.csv', file, settings);
  const worker = startWorker(pipeline, ['--tasks', '3']);
  try {
    await waitUntilLoading(pipeline);
    await until(async () => (await readPipelineJson<Overview>(pipeline, 'status')).jobs.some(({ read }) => read > 0));
    const { openJobs, jobs } = await readPipelineJson<Overview>(pipeline, 'status');
    expect(openJobs).toBe(1);
    expect(jobs).toMatchObject([{ state: 'loading', key: 'import/slow.csv', sizeBytes: file.length, ended: null }]);
    expect(jobs[0]?.percent).toBeLessThan(50);
    expect(jobs[0]?.recordsPerSecond).toBeGreaterThan(0);
    const { order, ranges, tasks } = await readPipelineJson<JobDetail>(pipeline, 'status', 'slow.csv');
    expect({ order, ranges }).toEqual({ order: 'range', ranges: 2 });
    expect(tasks.map(({ range, state }) => [range, state])).toEqual([
      [0, 'loading'],
      [1, 'loading'],
      ['cut', 'done'],
    ]);
    expect(tasks.map(({ leaseSeconds }) => (leaseSeconds ?? 0) > 20)).toEqual([true, true, false]);
    expect(tasks[1]?.from).toBe(tasks[0]?.to);
    expect((await runPipelineCommand(pipeline, 'status', 'slow.csv')).stdout).toMatch(
      /^ {4}1 +[\d,]+ +end {2}loading +\d+% /m,
    );
    // The job has not ended: it gets new messages, which change nothing.
    expect(await readPipelineJson<JobRedriveResult>(pipeline, 'redrive', 'slow.csv')).toMatchObject({
      started: 'messages',
      run: 1,
    });
  } finally {
    worker.child.kill('SIGTERM');
  }
  expect((await worker.ended).status).toBe(4);
  expect((await readPipelineJson<Overview>(pipeline, 'status')).jobs).toMatchObject([{ state: 'waiting' }]);
});

test('redrive sends dead letters to the queue again, and leaves foreign ones in place', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const file = await putFile(pipeline, 'import/people.csv', csv(0, 50));
  const [event] = await pipeline.receiveAll(pipeline.queue.url);
  const foreign = event?.Body?.replaceAll(pipeline.bucket, 'another-bucket');
  const { job } = await readPipelineJson<JobDetail>(pipeline, 'status', 'people.csv');
  expect(job).toBeNull();
  const dead = pipeline.deadLetters.url;
  await sendMessage(pipeline, event?.Body ?? '', dead);
  await sendMessage(pipeline, foreign ?? '', dead);
  await sendMessage(pipeline, '{"hello":"world"}', dead);
  await sendMessage(
    pipeline,
    '{"csv2ddb":1,"job":"20261127T115907Z-959929319956ab207696","key":"import/gone.csv"}',
    dead,
  );
  expect((await readPipelineJson<Overview>(pipeline, 'status')).deadLetters).toMatchObject({ visible: 4 });

  const { status, stdout } = await runPipelineCommand(pipeline, 'redrive');
  expect([status, stdout]).toEqual([
    0,
    'sent 2 dead letters to the queue again\n' +
      'left 2 foreign dead letters in place\n' +
      'csv2ddb worker continues the load; csv2ddb status shows the progress\n',
  ]);
  expect((await pipeline.receiveAll(dead)).length).toBe(0);
  expect(await pipeline.depth(dead)).toMatchObject({ inFlight: 2 });
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});

test('a worker finds its pipeline by name', async () => {
  const { account, region } = ministack();
  const bucket = `csv2ddb-own-${account}-${region}-an`;
  const pipeline = await makeDescribedPipeline(ministack(), { bucket, topic: true }, { name: 'own' });
  const file = await putFile(pipeline, 'import/people.csv', csv(0, 50));
  const { status, stderr } = await csv2ddb(ministack(), ['worker', '--name', 'own', '--until-empty']);
  expect([status, stderr]).toEqual([
    0,
    expect.stringContaining(`loading from bucket ${bucket} into table ${pipeline.table}\n`),
  ]);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
  expect((await receivePublished(pipeline)).map(({ summary }) => summary.key)).toEqual(['import/people.csv']);

  const none = await csv2ddb(ministack(), ['worker', '--name', 'other']);
  expect([none.status, none.stderr]).toEqual([3, expect.stringContaining('error PIPELINE_NOT_FOUND: ')]);
  const policy = await csv2ddb(ministack(), ['worker', '--name', 'own', '--print-policy']);
  expect(policy.status).toBe(0);
  expect(policy.stdout).toContain(`"arn:aws:dynamodb:${region}:${account}:table/${pipeline.table}"`);
  expect(policy.stdout).toContain(`"${pipeline.queue.arn}"`);
  expect(policy.stdout).toContain(`"${pipeline.topic?.arn ?? 'no topic'}"`);
});
