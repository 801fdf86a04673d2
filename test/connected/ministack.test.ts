import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { awsClients, destroyClients } from '../helpers/emulators/aws-clients.ts';
import { type Ministack, ministackHookMs, startMinistack } from '../helpers/emulators/ministack.ts';
import { addFunction, makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { tempDir } from '../helpers/temp.ts';

/** Source of a function that logs its messages and fails those with the body `refuse`. */
const refusingSource = `
export const handler = async ({ Records }) => {
  for (const { body } of Records) console.log(process.env.GREETING, body);
  const refused = Records.filter(({ body }) => body === 'refuse');
  return { batchItemFailures: refused.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

/** Source of a function that never returns and keeps touching a file while it runs. */
const endlessSource = `
import { writeFileSync } from 'node:fs';
export const handler = () => new Promise(() => setInterval(() => writeFileSync(process.env.FILE, ''), 20));`;

const zipOf = (source: string): Buffer => Buffer.from(zipSync({ 'index.mjs': strToU8(source) }));

const waitFor = <T>(check: () => Promise<T> | T): Promise<T> => vi.waitFor(check, { timeout: 10_000, interval: 50 });

describe('ministack', () => {
  let ministack: Ministack;
  let skipped: string | undefined;

  beforeAll(async () => {
    const started = await startMinistack();
    if ('skipped' in started) {
      skipped = started.skipped;
      return undefined;
    }
    ministack = started;
    return () => started.stop();
  }, ministackHookMs);

  const test = (title: string, body: () => Promise<void>): void => {
    it(title, async (context) => {
      if (skipped !== undefined) context.skip(skipped);
      await body();
    });
  };

  const send = (pipeline: Pipeline, body: string, more: { DelaySeconds?: number; MessageGroupId?: string } = {}) =>
    ministack.sqs.send(new SendMessageCommand({ QueueUrl: pipeline.queue.url, MessageBody: body, ...more }));

  const receive = async (pipeline: Pipeline) => {
    const { Messages = [] } = await ministack.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: pipeline.queue.url, MessageSystemAttributeNames: ['All'] }),
    );
    return Messages;
  };

  test('sends an event only for an object under import/ with the suffix', async () => {
    const pipeline = await makePipeline(ministack, { suffix: '.csv' });
    for (const key of ['other/a.csv', 'import/a.txt', 'import/a b+ü.csv']) await pipeline.putObject(key, 'id\n1\n');
    const messages = await pipeline.receiveAll(pipeline.queue.url);
    expect(messages.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toMatchObject([
      {
        Records: [
          {
            eventSource: 'aws:s3',
            eventName: 'ObjectCreated:Put',
            s3: { bucket: { name: pipeline.bucket }, object: { key: 'import/a+b%2B%C3%BC.csv', size: 5 } },
          },
        ],
      },
    ]);
    expect(await pipeline.list('import/')).toEqual(['import/a b+ü.csv', 'import/a.txt']);
    expect(await pipeline.getText('import/a.txt')).toBe('id\n1\n');
    expect(await pipeline.items()).toEqual([]);
  });

  test('answers 412 to a PUT whose condition fails, and keeps the object', async () => {
    const pipeline = await makePipeline(ministack);
    const put = (Body: string, condition: { IfNoneMatch?: string; IfMatch?: string }) =>
      ministack.s3.send(new PutObjectCommand({ Bucket: pipeline.bucket, Key: 'state/a', Body, ...condition }));
    const refusal = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };
    const { ETag: first = '' } = await put('first', { IfNoneMatch: '*' });
    await expect(put('again', { IfNoneMatch: '*' })).rejects.toMatchObject(refusal);
    await put('second', { IfMatch: first });
    await expect(put('third', { IfMatch: first })).rejects.toMatchObject(refusal);
    expect(await pipeline.getText('state/a')).toBe('second');
  });

  test('accepts a message group id in a standard queue', async () => {
    const pipeline = await makePipeline(ministack);
    await send(pipeline, 'of a group', { MessageGroupId: 'import/a.csv' });
    expect(await receive(pipeline)).toMatchObject([
      { Body: 'of a group', Attributes: { MessageGroupId: 'import/a.csv' } },
    ]);
  });

  test('delivers a delayed message after its delay', async () => {
    const pipeline = await makePipeline(ministack);
    await send(pipeline, 'later', { DelaySeconds: 1 });
    expect(await receive(pipeline)).toEqual([]);
    expect(await pipeline.depth(pipeline.queue.url)).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    await sleep(1000);
    expect(await receive(pipeline)).toMatchObject([{ Body: 'later' }]);
  });

  test('delivers a received message again after its changed visibility timeout', async () => {
    const pipeline = await makePipeline(ministack);
    await send(pipeline, 'again');
    const [message] = await receive(pipeline);
    await sleep(10);
    await ministack.sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: pipeline.queue.url,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 1,
      }),
    );
    expect(await receive(pipeline)).toEqual([]);
    await sleep(1000);
    expect(await receive(pipeline)).toMatchObject([{ Body: 'again', Attributes: { ApproximateReceiveCount: '2' } }]);
  });

  test('delivers a published message to a subscribed queue', async () => {
    const pipeline = await makePipeline(ministack, { topic: true });
    const { topic } = pipeline;
    if (topic === undefined) throw new Error('no topic');
    await ministack.sns.send(new PublishCommand({ TopicArn: topic.arn, Subject: 'done', Message: '{"read":1}' }));
    const published = await pipeline.receiveAll(topic.queue.url);
    expect(published.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toMatchObject([
      { Type: 'Notification', Subject: 'done', Message: '{"read":1}' },
    ]);
  });

  test('passes messages to a function, and a message that fails repeatedly becomes a dead letter', async () => {
    const pipeline = await makePipeline(ministack, { visibilityS: 1, maxReceiveCount: 2 });
    const greeter = await addFunction(pipeline, {
      zip: zipOf(refusingSource),
      env: { GREETING: 'hello' },
      timeoutS: 1,
      batchSize: 10,
      maximumConcurrency: 2,
    });
    await send(pipeline, 'take');
    await send(pipeline, 'refuse');
    const dead = await waitFor(async () => {
      const messages = await pipeline.receiveAll(pipeline.deadLetters.url);
      if (messages.length === 0) throw new Error(`no dead letter\n${ministack.log()}`);
      return messages;
    });
    expect(dead).toMatchObject([{ Body: 'refuse' }]);
    expect(await pipeline.depth(pipeline.queue.url)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const greetings = (await greeter.log()).filter((line) => line.startsWith('hello'));
    expect(greetings.sort()).toEqual(['hello refuse', 'hello refuse', 'hello take']);
  });

  test('deletes every resource on reset', async () => {
    const { bucket } = await makePipeline(ministack);
    const names = async () => (await ministack.s3.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name);
    expect(await names()).toContain(bucket);
    await ministack.reset();
    expect((await names()) ?? []).toEqual([]);
  });
});

describe('ministack that enforces policies', () => {
  it('refuses unknown users, and stops its functions when it stops', { timeout: ministackHookMs }, async (context) => {
    const ministack = await startMinistack({ auth: true });
    if ('skipped' in ministack) return context.skip(ministack.skipped);
    const stranger = awsClients(ministack.endpoint, { accessKeyId: 'stranger', secretAccessKey: 'stranger' });
    const file = join(tempDir(), 'running');
    try {
      await expect(stranger.s3.send(new ListBucketsCommand())).rejects.toMatchObject({
        $metadata: { httpStatusCode: 403 },
      });
      const pipeline = await makePipeline(ministack, { topic: true });
      await addFunction(pipeline, { zip: zipOf(endlessSource), env: { FILE: file }, timeoutS: 30 });
      await pipeline.putObject('import/a.csv', 'id\n1\n');
      await waitFor(() => statSync(file));
    } finally {
      destroyClients(stranger);
      await ministack.stop();
    }
    const { mtimeMs } = statSync(file);
    await sleep(200);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
    await expect(fetch(ministack.endpoint)).rejects.toThrow();
  });
});
