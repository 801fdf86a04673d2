import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import { sqsQueue, type SqsQueue } from '../../../../src/pipeline/queue/sqs-queue.ts';
import { serveByHand, sqsAt, type Answer, type ByHand } from '../jobs/by-hand.ts';

const url = 'https://sqs.us-east-1.amazonaws.com/123456789012/imports';
const md5 = (body: string): string => createHash('md5').update(body).digest('hex');
const never = new AbortController().signal;
const message = { job: 'j', key: 'import/ü.csv', task: 3 } as const;

const clients: SQSClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

async function queueOf(answer: Answer): Promise<ByHand & { queue: SqsQueue; said: () => unknown[] }> {
  const server = await serveByHand(answer);
  const client = sqsAt(server.endpoint);
  clients.push(client);
  const said = (): unknown[] =>
    server.asked.map(({ request, body }) => [
      String(request.headers['x-amz-target']).replace('AmazonSQS.', ''),
      JSON.parse(body) as unknown,
    ]);
  return { ...server, queue: sqsQueue(client, url), said };
}

/** A queue that answers all calls so. */
const queueThatSays = (content: object) =>
  queueOf((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(content));
  });

/** A queue that takes what is sent. */
const queueThatTakes = () =>
  queueOf(({ body }, response) => {
    const { MessageBody: sent = '' } = JSON.parse(body) as { readonly MessageBody?: string };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ MessageId: 'm', MD5OfMessageBody: md5(sent) }));
  });

it('what is no message of ours is sent as it is', async () => {
  const { queue, said } = await queueThatTakes();
  await queue.sendText('{"Records":[]}');
  expect(said()).toEqual([['SendMessage', { QueueUrl: url, MessageBody: '{"Records":[]}' }]]);
});

describe('a message', () => {
  it.each([
    ['at once', 0, 0],
    ['rounded up', 1, 1],
    ['rounded up', 1_001, 2],
    ['to the second', 60_000, 60],
    ['at most as SQS can', 900_000, 900],
    ['at most as SQS can', 3_600_000, 900],
  ])('is sent with a delay, %s: %i ms', async (_, delayMs, seconds) => {
    const { queue, said } = await queueThatTakes();
    await queue.send(message, delayMs);
    expect(said()).toEqual([
      [
        'SendMessage',
        {
          QueueUrl: url,
          MessageBody: '{"csv2ddb":1,"job":"j","key":"import/ü.csv","task":3}',
          DelaySeconds: seconds,
          MessageGroupId: 'j',
        },
      ],
    ]);
  });

  it.each([
    ['plain', 'import/a.csv'],
    ['in other letters', 'import/日本 +%.csv'],
    ['as long as keys are', 'x'.repeat(1024)],
  ])('has a group that SQS takes, where the key is %s', async (_, key) => {
    const { queue, said } = await queueThatTakes();
    const version = { bucket: 'b', key, versionId: 'ü +', etag: '"1"', lastModifiedMs: 1.7e12, sizeBytes: 1 };
    await queue.send({ job: jobIdOf(version), key, task: undefined }, 0);
    // SQS API Reference, "SendMessage": up to 128 alphanumeric characters and punctuation.
    expect(said()).toMatchObject([
      ['SendMessage', { MessageGroupId: expect.stringMatching(/^[!-~]{1,128}$/) as string }],
    ]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [60_000, 60],
    [300_000, 300],
    [-5, 0],
  ])('is hidden for %i ms', async (ms, seconds) => {
    const { queue, said } = await queueThatSays({});
    await queue.hide('r', ms);
    expect(said()).toEqual([
      ['ChangeMessageVisibility', { QueueUrl: url, ReceiptHandle: 'r', VisibilityTimeout: seconds }],
    ]);
  });

  it('is deleted by its receipt', async () => {
    const { queue, said } = await queueThatSays({});
    await queue.delete('r');
    expect(said()).toEqual([['DeleteMessage', { QueueUrl: url, ReceiptHandle: 'r' }]]);
  });
});

describe('a queue', () => {
  it('gives messages, and how often each was received', async () => {
    const { queue, said } = await queueThatSays({
      Messages: [
        {
          MessageId: '1',
          ReceiptHandle: 'r1',
          Body: 'a',
          MD5OfBody: md5('a'),
          Attributes: { ApproximateReceiveCount: '3' },
        },
        { MessageId: '2', ReceiptHandle: 'r2', Body: 'b', MD5OfBody: md5('b') },
      ],
    });
    expect(await queue.receive(2, 60_000, 2_000, never)).toEqual([
      { id: '1', receipt: 'r1', body: 'a', receives: 3 },
      { id: '2', receipt: 'r2', body: 'b', receives: 1 },
    ]);
    expect(said()).toEqual([
      [
        'ReceiveMessage',
        {
          QueueUrl: url,
          MaxNumberOfMessages: 2,
          VisibilityTimeout: 60,
          WaitTimeSeconds: 2,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        },
      ],
    ]);
  });

  it('that has none gives none, and is asked for no more than it takes', async () => {
    const { queue, said } = await queueThatSays({});
    expect(await queue.receive(64, 60_000, 60_000, never)).toEqual([]);
    expect(said()).toMatchObject([['ReceiveMessage', { MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }]]);
  });

  it('tells how deep it is', async () => {
    const { queue } = await queueThatSays({
      Attributes: {
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '20',
        ApproximateNumberOfMessagesDelayed: '300',
      },
    });
    expect(await queue.depth()).toEqual({ visible: 1, inFlight: 20, delayed: 300 });
  });

  it('is asked no longer where there is a wish to stop', async () => {
    const stop = new AbortController();
    const { queue } = await queueOf(() => {
      stop.abort();
    });
    await expect(queue.receive(1, 60_000, 20_000, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(queue.receive(1, 60_000, 20_000, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

const calls = [
  ['SendMessage', (queue: SqsQueue) => queue.send(message, 0)],
  ['ReceiveMessage', (queue: SqsQueue) => queue.receive(1, 60_000, 0, never)],
  ['ChangeMessageVisibility', (queue: SqsQueue) => queue.hide('r', 0)],
  ['DeleteMessage', (queue: SqsQueue) => queue.delete('r')],
  ['GetQueueAttributes', (queue: SqsQueue) => queue.depth()],
] as const;

/** A queue that refuses all calls: with a name of its own protocol, and that of the older one beside it. */
const queueThatRefuses = (status: number, type: string, older?: string) =>
  queueOf((_, response) => {
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      ...(older !== undefined && { 'x-amzn-query-error': `${older};Sender` }),
    });
    response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message: 'by hand' }));
  });

describe('a queue that refuses', () => {
  it.each(calls)('%s is told which permission it takes', async (action, call) => {
    const { queue } = await queueThatRefuses(400, 'AccessDeniedException', 'AccessDenied');
    await expect(call(queue)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(new RegExp(`^sqs:${action} on ${url} is not allowed: by hand$`)) as string,
      hint: expect.stringContaining(`Allow sqs:${action} on the queue`) as string,
    });
  });

  it.each([
    [400, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'PIPELINE_NOT_FOUND'],
    [400, 'QueueDoesNotExist', undefined, 'PIPELINE_NOT_FOUND'],
    [404, 'InvalidAddress', 'InvalidAddress', 'PIPELINE_NOT_FOUND'],
    [403, 'AccessDenied', undefined, 'ACCESS_DENIED'],
    [400, 'KmsAccessDenied', 'KMS.AccessDeniedException', 'ACCESS_DENIED'],
    [403, 'InvalidClientTokenId', undefined, 'CREDENTIALS_INVALID'],
    [400, 'UnrecognizedClientException', undefined, 'CREDENTIALS_INVALID'],
    [400, 'ExpiredTokenException', undefined, 'CREDENTIALS_INVALID'],
    [403, 'SignatureDoesNotMatch', undefined, 'CREDENTIALS_INVALID'],
    [403, 'InvalidSignatureException', undefined, 'CREDENTIALS_INVALID'],
    [403, 'IncompleteSignature', undefined, 'CREDENTIALS_INVALID'],
    [400, 'RequestExpired', undefined, 'CLOCK_SKEWED'],
    [400, 'ThrottlingException', undefined, 'RETRIES_EXHAUSTED'],
    [403, 'RequestThrottled', 'RequestThrottled', 'RETRIES_EXHAUSTED'],
    [400, 'KmsThrottled', 'KMS.ThrottlingException', 'RETRIES_EXHAUSTED'],
    [403, 'OverLimit', 'OverLimit', 'RETRIES_EXHAUSTED'],
    [429, 'TooManyRequestsException', undefined, 'RETRIES_EXHAUSTED'],
    [500, 'InternalFailure', undefined, 'RETRIES_EXHAUSTED'],
    [503, 'ServiceUnavailable', undefined, 'RETRIES_EXHAUSTED'],
    [400, 'InvalidMessageContents', undefined, 'REQUEST_REFUSED'],
  ] as const)('with %i %s (%s) is told as %s', async (status, type, older, code) => {
    const { queue } = await queueThatRefuses(status, type, older);
    const error: unknown = await queue.receive(1, 60_000, 0, never).catch((caught: unknown) => caught);
    const about = code === 'CREDENTIALS_INVALID' ? 'AWS' : code === 'CLOCK_SKEWED' ? 'the clock of this machine' : url;
    expect(error).toMatchObject({ name: 'LoaderError', code, message: expect.stringContaining(about) as string });
    if (code !== 'REQUEST_REFUSED') expect(error).toHaveProperty('hint', expect.stringMatching(/\.$/));
  });

  it.each([
    [200, 'this is no JSON'],
    [502, '<html><h1>Bad Gateway</h1></html>'],
  ])('by %i and %s is told as a LoaderError', async (status, body) => {
    const { queue } = await queueOf((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(body);
    });
    await expect(queue.receive(1, 60_000, 0, never)).rejects.toMatchObject({ name: 'LoaderError', exitStatus: 3 });
  });

  it.each([
    ['what was sent', { MessageId: 'm', MD5OfMessageBody: md5('other') }, calls[0][1]],
    [
      'what was received',
      { Messages: [{ MessageId: '1', ReceiptHandle: 'r', Body: 'a', MD5OfBody: md5('b') }] },
      calls[1][1],
    ],
  ])('and whose answer is not about %s may be asked again', async (_, content, call) => {
    const { queue } = await queueThatSays(content);
    await expect(call(queue)).rejects.toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      message: expect.stringContaining('a response was damaged in transit') as string,
    });
  });

  it('a signature for its time is told that the clock is off', async () => {
    const { queue } = await queueOf((_, response) => {
      response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        '{"__type":"InvalidSignatureException","message":"Signature expired: 20261120T100000Z is now earlier"}',
      );
    });
    await expect(queue.depth()).rejects.toMatchObject({ code: 'CLOCK_SKEWED' });
  });

  it('to answer is told as one that is not there', async () => {
    const { queue, close } = await queueThatSays({});
    close();
    for (const [, call] of calls) {
      await expect(call(queue)).rejects.toMatchObject({
        code: 'ENDPOINT_UNREACHABLE',
        message: expect.stringContaining('127.0.0.1') as string,
      });
    }
  });
});
