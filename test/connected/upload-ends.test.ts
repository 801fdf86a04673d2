import { appendFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import {
  ListMultipartUploadsCommand,
  PutBucketNotificationConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { expect } from 'vitest';
import { getJobId } from '../../src/pipeline/state/identity.ts';
import { newJob, noSettings } from '../../src/pipeline/state/job.ts';
import type { Summary } from '../../src/load/summary.ts';
import { findObject } from '../../src/aws/s3/head-object.ts';
import { createChangedSourceError } from '../../src/load/source/errors.ts';
import type { Source } from '../../src/load/source/source.ts';
import { openInput } from '../../src/pipeline/upload/input.ts';
import { choosePartSizes, type PartSizes } from '../../src/pipeline/upload/parts.ts';
import { putSource } from '../../src/pipeline/upload/put.ts';
import type { UploadTimeouts } from '../../src/pipeline/upload/timeouts.ts';
import { awsClients } from '../helpers/emulators/aws-clients.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { makeDescribedPipeline } from '../helpers/pipeline/description.ts';
import { sendMessage } from '../helpers/pipeline/messages.ts';
import { addFunction, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { type InProcessResult, uploadInProcess } from '../helpers/pipeline/upload-in-process.ts';
import { makeFolder } from '../helpers/temp.ts';
import { until } from '../helpers/until.ts';
import type { Texts } from '../unit/options/given.ts';

const { test, ministack } = ministackTests();
const people = 'id,name\n1,Ada\n2,Grace\n3,Edsger\n';

/** Runs the command in this process with short timeouts. */
function call(
  { ministack: aws, bucket }: Pipeline,
  file: string,
  times: UploadTimeouts,
  more: Texts = {},
): Promise<InProcessResult> {
  return uploadInProcess(aws, file, times, { bucket, ...more });
}

const shortTimes: UploadTimeouts = { pollIntervalMs: 50, startTimeoutMs: 500, stallTimeoutMs: 60_000 };

async function removeNotification({ ministack: { s3 }, bucket }: Pipeline): Promise<void> {
  const command = new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration: {} });
  await s3.send(command);
}

test('upload --wait prints a diagnosis if no job starts: status 3', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const file = join(makeFolder({ 'people.csv': people }), 'people.csv');
  const result = await call(pipeline, file, shortTimes, { wait: 'true', json: 'true' });
  expect(result.status).toBe(3);
  expect(JSON.parse(result.stdout) as Summary).toMatchObject({ exitStatus: 3, error: { code: 'JOB_STALLED' } });
  const lines = [
    /^error JOB_STALLED: job \S+ of import\/people.csv did not start within 0\.\d s:$/,
    / {2}the bucket sends events for this object to the queue$/,
    / {2}the pipeline has no function: is a csv2ddb worker running\?$/,
    / {2}messages in the queue: 1 waiting, 0 in flight, 0 delayed$/,
    / {2}no dead letters$/,
  ];
  const printed = result.stderr.split('\n');
  const first = printed.findIndex((line) => line.startsWith('error'));
  for (const [index, line] of lines.entries()) expect(printed[first + index]).toMatch(line);
});

test('the diagnosis names a missing notification, a missing mapping and dead letters', async () => {
  const pipeline = await makeDescribedPipeline(ministack(), {}, { function: 'nowhere' });
  await removeNotification(pipeline);
  await sendMessage(pipeline, 'x', pipeline.deadLetters.url);
  const file = join(makeFolder({ 'people.csv': people }), 'people.csv');
  const { status, stderr } = await call(pipeline, file, shortTimes, { wait: 'true' });
  expect(status).toBe(3);
  expect(stderr).toContain('the bucket does not send events for this object to the queue');
  expect(stderr).toContain('the function has no event source mapping for the queue');
  expect(stderr).toContain('1 dead letter\n');
  expect(stderr).toContain('hint: Run csv2ddb provision again with the same options, then csv2ddb redrive.');
});

test('the diagnosis finds the event source mapping of the queue', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const zip = Buffer.from(zipSync({ 'index.mjs': strToU8('export const handler = () => ({});') }));
  const { name } = await addFunction(pipeline, { zip, env: {}, timeoutS: 30 });
  await removeNotification(pipeline);
  await pipeline.putObject(
    'state/pipeline',
    (await pipeline.getText('state/pipeline')).replace('"function": null', `"function": "${name}"`),
  );
  const file = join(makeFolder({ 'people.csv': people }), 'people.csv');
  const { status, stderr } = await call(pipeline, file, shortTimes, { wait: 'true' });
  expect(status).toBe(3);
  expect(stderr).toContain('the event source mapping of the function is Enabled');
});

test('upload puts nothing and fails if the job of the current object does not start', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  await removeNotification(pipeline);
  await pipeline.putObject('import/people.csv', people);
  const file = join(makeFolder({ 'people.csv': 'id\n9\n' }), 'people.csv');
  const times = { ...shortTimes, startTimeoutMs: 1_500 };
  await expect(call(pipeline, file, times)).rejects.toMatchObject({
    code: 'JOB_STALLED',
    message: expect.stringMatching(
      /^cannot upload s3:.*: job \S+, which loads the current version, has not started$/,
    ) as string,
    hint: expect.stringMatching(/redrive .*--replace/) as string,
  });
  expect(await pipeline.getText('import/people.csv')).toBe(people);
});

test('upload --wait ends if the state of the job no longer changes', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': people });
  const file = join(cwd, 'people.csv');
  // The test starts the job and then leaves it alone.
  await pipeline.receiveAll(pipeline.queue.url);
  const running = call(
    pipeline,
    file,
    { pollIntervalMs: 50, startTimeoutMs: 20_000, stallTimeoutMs: 1_000 },
    { wait: 'true' },
  );
  await until(async () => (await pipeline.list('import/')).length > 0);
  await pipeline.receiveAll(pipeline.queue.url);
  const { s3, account } = pipeline.ministack;
  const found = await findObject({ client: s3, bucket: pipeline.bucket, owner: account }, 'import/people.csv');
  if (found === undefined) throw new Error('nothing was put');
  const job = newJob(getJobId(found.version), found.version, noSettings, Date.now());
  await pipeline.putObject(`state/jobs/${job.id}/job`, JSON.stringify({ format: 1, token: 't', state: job }));
  const { status, stderr } = await running;
  expect(status).toBe(3);
  expect(stderr).toMatch(/error JOB_STALLED: job \S+ of import\/people.csv has made no progress for 1\.\d s/);
  // The next upload does not wait longer either.
  await expect(call(pipeline, file, { ...shortTimes, stallTimeoutMs: 500 })).rejects.toMatchObject({
    code: 'JOB_STALLED',
    message: expect.stringContaining('which loads the current version, has made no progress') as string,
  });
});

async function countMultipartUploads({ ministack: { s3 }, bucket }: Pipeline): Promise<number> {
  return (await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
}

const chunk = Buffer.alloc(1024 ** 2, 'x');
const smallParts: PartSizes = { partBytes: 5 * 1024 ** 2, concurrentParts: 2, maxBytes: 12 * 1024 ** 2 };

function put(client: S3Client, pipeline: Pipeline, source: Source, parts: PartSizes): Promise<unknown> {
  const place = { client, bucket: pipeline.bucket, owner: pipeline.ministack.account };
  const target = { ...place, key: 'import/a.csv', metadata: {}, parts };
  return putSource(source, target, { stop: new AbortController().signal, sent: { bytes: 0 } });
}

test('too large standard input and a changing source leave nothing behind', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const { s3 } = pipeline.ministack;
  const tooLarge = await openInput('-', Readable.from(Array.from({ length: 20 }, () => chunk)));
  await expect(put(s3, pipeline, tooLarge, smallParts)).rejects.toMatchObject({
    code: 'SOURCE_UNREADABLE',
    hint: expect.stringContaining('--expected-size') as string,
  });

  const file = join(makeFolder({ 'a.csv': people }), 'a.csv');
  const changing = await openInput(file, Readable.from([]));
  async function* changes(): AsyncGenerator<Buffer, void, void> {
    for (let n = 0; n < 8; n++) yield chunk;
    await until(async () => (await countMultipartUploads(pipeline)) > 0);
    throw createChangedSourceError(file, 'it grows');
  }
  const source = { ...changing, read: changes, close: () => Promise.resolve() };
  await expect(put(s3, pipeline, source, smallParts)).rejects.toMatchObject({
    code: 'SOURCE_CHANGED',
    hint: expect.stringContaining('Nothing was left in the bucket') as string,
  });

  const grown = await openInput(file, Readable.from([]));
  appendFileSync(file, '4,Barbara\n');
  await expect(put(s3, pipeline, grown, choosePartSizes(31))).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  expect(await countMultipartUploads(pipeline)).toBe(0);
  expect(await pipeline.list('import/')).toEqual([]);
});

test('upload names the missing permission if parts cannot be deleted', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const { s3 } = awsClients(pipeline.ministack.endpoint, pipeline.ministack.credentials);
  s3.middlewareStack.add(
    (next, context) => (args) => {
      if (context['commandName'] !== 'AbortMultipartUploadCommand') return next(args);
      throw Object.assign(new Error('no policy allows it'), {
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    },
    { step: 'initialize' },
  );
  const tooLarge = await openInput('-', Readable.from(Array.from({ length: 20 }, () => chunk)));
  await expect(put(s3, pipeline, tooLarge, smallParts)).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringContaining('s3:AbortMultipartUpload on s3://') as string,
  });
  expect(await countMultipartUploads(pipeline)).toBe(1);
  s3.destroy();
});
