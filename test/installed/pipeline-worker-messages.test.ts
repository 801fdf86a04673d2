import { expect } from 'vitest';
import { ministackTests, once } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import { makeEvent, makeEventRecord, sendMessage, testEvent } from '../helpers/pipeline/messages.ts';
import { nothingPending, readPending, readSummaries } from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';

const { test, ministack } = ministackTests();

/** Wraps a message in an SNS envelope, as a topic without raw delivery does. */
const wrapInEnvelope = (message: unknown) => ({
  Type: 'Notification',
  MessageId: '1',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:t',
  Message: JSON.stringify(message),
});

/** Puts an object and drops its event from the queue. */
async function putWithoutEvent(pipeline: Pipeline, key: string, text: string): Promise<string> {
  const file = await putFile(pipeline, key, text);
  await pipeline.receiveAll(pipeline.queue.url);
  return file;
}

/** Runs a worker on a queue with every kind of message, good ones between bad ones. */
const runWorker = once(async () => {
  const pipeline = await makePipeline(ministack(), { maxReceiveCount: 3 });
  const { bucket } = pipeline;
  const files = [
    await putWithoutEvent(pipeline, 'import/enveloped.csv', 'id,v\nenveloped,1\n'),
    await putWithoutEvent(pipeline, 'import/one of two.csv', 'id,v\ntwo-1,1\n'),
    await putWithoutEvent(pipeline, 'import/two of two.csv', 'id,v\ntwo-2,1\n'),
  ];
  const unknownBodies = [
    'hello, not JSON',
    JSON.stringify({ csv2ddb: 2, job: 'j', key: 'k' }),
    JSON.stringify({ Records: [{ ...makeEventRecord(bucket, 'import/x.csv'), eventVersion: '3.0' }] }),
    JSON.stringify(makeEvent(`${bucket}-other`, 'import/one of two.csv')),
  ];
  const oddKeys = [
    'import/spaces  and+plus.csv',
    'import/100%25.csv',
    'import/50% off & more?.csv',
    'import/Zürich 東京 🚀.csv',
    'import/folder/a=b/year=2024.csv',
    "import/quote's (1)!*~.csv",
  ];
  for (const [index, unknownBody] of unknownBodies.entries()) {
    await sendMessage(pipeline, unknownBody);
    const key = oddKeys[index] ?? '';
    files.push(await putFile(pipeline, key, `id,v\nodd-${index},1\n`));
  }
  for (const [index, key] of oddKeys.slice(unknownBodies.length).entries()) {
    files.push(await putFile(pipeline, key, `id,v\nodd-${index + unknownBodies.length},1\n`));
  }
  await sendMessage(pipeline, { ...testEvent, Bucket: bucket });
  await sendMessage(pipeline, wrapInEnvelope({ ...testEvent, Bucket: bucket }));
  await sendMessage(pipeline, wrapInEnvelope(makeEvent(bucket, 'import/enveloped.csv')));
  await sendMessage(pipeline, makeEvent(bucket, 'import/one of two.csv', 'import/two of two.csv'));
  await sendMessage(pipeline, makeEvent(bucket, 'import/does not exist.csv'));
  await sendMessage(pipeline, makeEvent(bucket, 'state/settings/default', 'rejects/job/0.csv', 'import/folder/'));
  await sendMessage(pipeline, { Records: [makeEventRecord(bucket, 'import/one of two.csv', 'ObjectRemoved:Delete')] });
  await sendMessage(pipeline, { csv2ddb: 1, job: 'an-unknown-job', key: 'import/nothing.csv', task: 3 });
  const result = await workUntilEmpty(pipeline);
  const dead = (await pipeline.receiveAll(pipeline.deadLetters.url)).map(({ Body }) => Body);
  return { pipeline, files, unknownBodies, oddKeys, result, dead, summaries: await readSummaries(pipeline) };
});

test('exactly the unknown messages become dead letters, unchanged', async () => {
  const { unknownBodies, dead, result } = await runWorker();
  expect(dead.sort()).toEqual(unknownBodies.sort());
  const warnings = result.stderr.split('\n').filter((line) => line.includes('is not for this pipeline'));
  // Once per receive.
  expect(warnings).toHaveLength(3 * unknownBodies.length);
  for (const reason of [
    'not a JSON object',
    'a different version',
    'version 3.0',
    'it is about a different bucket: ',
  ]) {
    expect(warnings.filter((line) => line.includes(reason))).toHaveLength(3);
  }
});

test('the known messages are loaded, and the worker ends with the status of its jobs', async () => {
  const { pipeline, files, result } = await runWorker();
  expect(result.status).toBe(0);
  expect(await readPending(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, files)).toEqual([]);
});

test('an object loads with any characters in its key', async () => {
  const { oddKeys, summaries } = await runWorker();
  for (const key of oddKeys) {
    expect(summaries.filter((summary) => summary.key === key)).toMatchObject([{ state: 'done', read: 1, written: 1 }]);
  }
});

test('an event in an SNS envelope and an event with two objects load each object once', async () => {
  const { summaries } = await runWorker();
  for (const key of ['import/enveloped.csv', 'import/one of two.csv', 'import/two of two.csv']) {
    expect(summaries.filter((summary) => summary.key === key)).toMatchObject([{ state: 'done', read: 1, written: 1 }]);
  }
});

test('test events, events without an object to load and messages of unknown jobs leave no state', async () => {
  const { pipeline, oddKeys, summaries } = await runWorker();
  expect(summaries).toHaveLength(oddKeys.length + 3);
  expect(await pipeline.list('state/heads/')).toHaveLength(oddKeys.length + 3);
  expect((await pipeline.list('state/jobs/')).filter((key) => key.endsWith('/job'))).toHaveLength(oddKeys.length + 3);
});

test('an object with several events is loaded once', async () => {
  const pipeline = await makePipeline(ministack());
  const file = await putFile(pipeline, 'import/twice.csv', 'id,v\n1,one\n2,two\n');
  for (let n = 0; n < 3; n++) await sendMessage(pipeline, makeEvent(pipeline.bucket, 'import/twice.csv'));
  const { status, stdout } = await workUntilEmpty(pipeline, ['--tasks', '1']);
  expect({ status, lines: stdout.trimEnd().split('\n').length }).toEqual({ status: 0, lines: 1 });
  expect(await readSummaries(pipeline)).toMatchObject([{ state: 'done', read: 2, written: 2, requests: 1 }]);
  expect(await readPending(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});
