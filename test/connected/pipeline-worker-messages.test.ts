import { expect } from 'vitest';
import { ministackTests, once } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putFile } from '../helpers/pipeline/files.ts';
import { eventOf, eventRecord, sendMessage, testEvent } from '../helpers/pipeline/messages.ts';
import { nothingPending, pendingOf, summariesOf } from '../helpers/pipeline/outcome.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';

const { test, ministack } = ministackTests();

/** In an envelope of SNS, as a topic without raw delivery sends it. */
const inEnvelope = (message: unknown) => ({
  ...{ Type: 'Notification', MessageId: '1', TopicArn: 'arn:aws:sns:us-east-1:123456789012:t' },
  Message: JSON.stringify(message),
});

/** Puts an object that the queue hears nothing of. */
async function putUnheard(pipeline: Pipeline, key: string, text: string): Promise<string> {
  const file = await putFile(pipeline, key, text);
  await pipeline.receiveAll(pipeline.queue.url);
  return file;
}

/** Every kind of message in one queue, all good ones between bad ones. */
const ran = once(async () => {
  const pipeline = await makePipeline(ministack(), { maxReceiveCount: 3 });
  const { bucket } = pipeline;
  const files = [
    await putUnheard(pipeline, 'import/enveloped.csv', 'id,v\nenveloped,1\n'),
    await putUnheard(pipeline, 'import/one of two.csv', 'id,v\ntwo-1,1\n'),
    await putUnheard(pipeline, 'import/two of two.csv', 'id,v\ntwo-2,1\n'),
  ];
  const aliens = [
    'hello, not JSON',
    JSON.stringify({ csv2ddb: 2, job: 'j', key: 'k' }),
    JSON.stringify({ Records: [{ ...eventRecord(bucket, 'import/x.csv'), eventVersion: '3.0' }] }),
    JSON.stringify(eventOf(`${bucket}-other`, 'import/one of two.csv')),
  ];
  const odd = [
    'import/spaces  and+plus.csv',
    'import/100%25.csv',
    'import/50% off & more?.csv',
    'import/Zürich 東京 🚀.csv',
    'import/folder/a=b/year=2024.csv',
    "import/quote's (1)!*~.csv",
  ];
  for (const [index, alien] of aliens.entries()) {
    await sendMessage(pipeline, alien);
    const key = odd[index] ?? '';
    files.push(await putFile(pipeline, key, `id,v\nodd-${index},1\n`));
  }
  for (const [index, key] of odd.slice(aliens.length).entries()) {
    files.push(await putFile(pipeline, key, `id,v\nodd-${index + aliens.length},1\n`));
  }
  await sendMessage(pipeline, { ...testEvent, Bucket: bucket });
  await sendMessage(pipeline, inEnvelope({ ...testEvent, Bucket: bucket }));
  await sendMessage(pipeline, inEnvelope(eventOf(bucket, 'import/enveloped.csv')));
  await sendMessage(pipeline, eventOf(bucket, 'import/one of two.csv', 'import/two of two.csv'));
  await sendMessage(pipeline, eventOf(bucket, 'import/never there.csv'));
  await sendMessage(pipeline, eventOf(bucket, 'state/settings/default', 'rejects/job/0.csv', 'import/folder/'));
  await sendMessage(pipeline, { Records: [eventRecord(bucket, 'import/one of two.csv', 'ObjectRemoved:Delete')] });
  await sendMessage(pipeline, { csv2ddb: 1, job: 'a-job-of-nobody', key: 'import/nothing.csv', task: 3 });
  const result = await workUntilEmpty(pipeline);
  const dead = (await pipeline.receiveAll(pipeline.deadLetters.url)).map(({ Body }) => Body);
  return { pipeline, files, aliens, odd, result, dead, summaries: await summariesOf(pipeline) };
});

test('messages that are none of ours are dead letters in the end, each as it was, and no other', async () => {
  const { aliens, dead, result } = await ran();
  expect(dead.sort()).toEqual(aliens.sort());
  const told = result.stderr.split('\n').filter((line) => line.includes('is not for this pipeline'));
  // Each time they are received.
  expect(told).toHaveLength(3 * aliens.length);
  for (const why of ['not a JSON object', 'a different version', 'version 3.0', 'it is about a different bucket: ']) {
    expect(told.filter((line) => line.includes(why))).toHaveLength(3);
  }
});

test('what comes between them is loaded, and the status of the worker is that of its jobs', async () => {
  const { pipeline, files, result } = await ran();
  expect(result.status).toBe(0);
  expect(await pendingOf(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, files)).toEqual([]);
});

test('an object is loaded whatever its key is made of', async () => {
  const { odd, summaries } = await ran();
  for (const key of odd) {
    expect(summaries.filter((summary) => summary.key === key)).toMatchObject([{ state: 'done', read: 1, written: 1 }]);
  }
});

test('an event in an envelope of SNS, and one of two objects, are loaded once each', async () => {
  const { summaries } = await ran();
  for (const key of ['import/enveloped.csv', 'import/one of two.csv', 'import/two of two.csv']) {
    expect(summaries.filter((summary) => summary.key === key)).toMatchObject([{ state: 'done', read: 1, written: 1 }]);
  }
});

test('test events, events of no object to load and messages of no job leave nothing behind', async () => {
  const { pipeline, odd, summaries } = await ran();
  expect(summaries).toHaveLength(odd.length + 3);
  expect(await pipeline.list('state/heads/')).toHaveLength(odd.length + 3);
  expect((await pipeline.list('state/jobs/')).filter((key) => key.endsWith('/job'))).toHaveLength(odd.length + 3);
});

test('an object that is told of twice is loaded once', async () => {
  const pipeline = await makePipeline(ministack());
  const file = await putFile(pipeline, 'import/twice.csv', 'id,v\n1,one\n2,two\n');
  for (let n = 0; n < 3; n++) await sendMessage(pipeline, eventOf(pipeline.bucket, 'import/twice.csv'));
  const { status, stdout } = await workUntilEmpty(pipeline, ['--tasks', '1']);
  expect({ status, lines: stdout.trimEnd().split('\n').length }).toEqual({ status: 0, lines: 1 });
  expect(await summariesOf(pipeline)).toMatchObject([{ state: 'done', read: 2, written: 2, requests: 1 }]);
  expect(await pendingOf(pipeline)).toEqual(nothingPending);
  expect(await differencesFrom(pipeline, file)).toEqual([]);
});
