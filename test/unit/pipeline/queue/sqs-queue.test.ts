import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import { openSqsQueue, type SqsQueue } from '../../../../src/pipeline/queue/sqs-queue.ts';
import { startStubServer, sqsAt, type Answer, type StubServer } from '../jobs/stub-server.ts';

const url = 'https://sqs.us-east-1.amazonaws.com/123456789012/imports';
const md5 = (body: string): string => createHash('md5').update(body).digest('hex');
const never = new AbortController().signal;
const message = { job: 'j', key: 'import/ü.csv', task: 3 } as const;

const clients: SQSClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

async function queueOf(answer: Answer): Promise<StubServer & { queue: SqsQueue; calls: () => unknown[] }> {
  const server = await startStubServer(answer);
  const client = sqsAt(server.endpoint);
  clients.push(client);
  const calls = (): unknown[] =>
    server.asked.map(({ request, body }) => [
      String(request.headers['x-amz-target']).replace('AmazonSQS.', ''),
      JSON.parse(body) as unknown,
    ]);
  return { ...server, queue: openSqsQueue(client, url), calls };
}

/** Opens a queue that returns this content for all calls. */
const queueReturning = (content: object) =>
  queueOf((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(content));
  });

/** Opens a queue that accepts messages. */
const queueAccepting = () =>
  queueOf(({ body }, response) => {
    const { MessageBody: sent = '' } = JSON.parse(body) as { readonly MessageBody?: string };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ MessageId: 'm', MD5OfMessageBody: md5(sent) }));
  });

it('sendText sends a body unchanged', async () => {
  const { queue, calls } = await queueAccepting();
  await queue.sendText('{"Records":[]}');
  expect(calls()).toEqual([['SendMessage', { QueueUrl: url, MessageBody: '{"Records":[]}' }]]);
});

describe('a message', () => {
  it.each([
    ['none', 0, 0],
    ['rounded up', 1, 1],
    ['rounded up', 1_001, 2],
    ['in seconds', 60_000, 60],
    ['the maximum of SQS', 900_000, 900],
    ['limited to the maximum of SQS', 3_600_000, 900],
  ])('is sent with a delay (%s): %i ms', async (_, delayMs, seconds) => {
    const { queue, calls } = await queueAccepting();
    await queue.send(message, delayMs);
    expect(calls()).toEqual([
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
    ['is ASCII', 'import/a.csv'],
    ['is not ASCII', 'import/日本 +%.csv'],
    ['has the maximum length', 'x'.repeat(1024)],
  ])('has a group ID that SQS accepts if the key %s', async (_, key) => {
    const { queue, calls } = await queueAccepting();
    const version = { bucket: 'b', key, versionId: 'ü +', etag: '"1"', lastModifiedMs: 1.7e12, sizeBytes: 1 };
    await queue.send({ job: getJobId(version), key, task: undefined }, 0);
    // SQS API Reference, "SendMessage": up to 128 alphanumeric characters and punctuation.
    expect(calls()).toMatchObject([
      ['SendMessage', { MessageGroupId: expect.stringMatching(/^[!-~]{1,128}$/) as string }],
    ]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [60_000, 60],
    [300_000, 300],
    [-5, 0],
  ])('becomes visible after %i ms', async (ms, seconds) => {
    const { queue, calls } = await queueReturning({});
    await queue.setVisibility('r', ms);
    expect(calls()).toEqual([
      ['ChangeMessageVisibility', { QueueUrl: url, ReceiptHandle: 'r', VisibilityTimeout: seconds }],
    ]);
  });

  it('is deleted by its receipt handle', async () => {
    const { queue, calls } = await queueReturning({});
    await queue.delete('r');
    expect(calls()).toEqual([['DeleteMessage', { QueueUrl: url, ReceiptHandle: 'r' }]]);
  });
});

describe('a queue', () => {
  it('returns messages with their number of receives', async () => {
    const { queue, calls } = await queueReturning({
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
      { id: '1', receiptHandle: 'r1', body: 'a', receives: 3 },
      { id: '2', receiptHandle: 'r2', body: 'b', receives: 1 },
    ]);
    expect(calls()).toEqual([
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

  it('returns no messages if it is empty, and limits the request to the maximum of SQS', async () => {
    const { queue, calls } = await queueReturning({});
    expect(await queue.receive(64, 60_000, 60_000, never)).toEqual([]);
    expect(calls()).toMatchObject([['ReceiveMessage', { MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }]]);
  });

  it('returns its depth', async () => {
    const { queue } = await queueReturning({
      Attributes: {
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '20',
        ApproximateNumberOfMessagesDelayed: '300',
      },
    });
    expect(await queue.depth()).toEqual({ visible: 1, inFlight: 20, delayed: 300 });
  });

  it('cancels a receive when it is stopped', async () => {
    const stop = new AbortController();
    const { queue } = await queueOf(() => {
      stop.abort();
    });
    await expect(queue.receive(1, 60_000, 20_000, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(queue.receive(1, 60_000, 20_000, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

const methods = [
  ['SendMessage', (queue: SqsQueue) => queue.send(message, 0)],
  ['ReceiveMessage', (queue: SqsQueue) => queue.receive(1, 60_000, 0, never)],
  ['ChangeMessageVisibility', (queue: SqsQueue) => queue.setVisibility('r', 0)],
  ['DeleteMessage', (queue: SqsQueue) => queue.delete('r')],
  ['GetQueueAttributes', (queue: SqsQueue) => queue.depth()],
] as const;

/** Opens a queue that refuses all calls. @param older The error code of the older query protocol. */
const queueRefusing = (status: number, type: string, older?: string) =>
  queueOf((_, response) => {
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      ...(older !== undefined && { 'x-amzn-query-error': `${older};Sender` }),
    });
    response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message: 'by hand' }));
  });

describe('an SQS error', () => {
  it.each(methods)('names the missing permission for %s', async (action, call) => {
    const { queue } = await queueRefusing(400, 'AccessDeniedException', 'AccessDenied');
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
  ] as const)('with %i %s (%s) becomes %s', async (status, type, older, code) => {
    const { queue } = await queueRefusing(status, type, older);
    const error: unknown = await queue.receive(1, 60_000, 0, never).catch((caught: unknown) => caught);
    const subject =
      code === 'CREDENTIALS_INVALID' ? 'AWS' : code === 'CLOCK_SKEWED' ? 'the clock of this machine' : url;
    expect(error).toMatchObject({ name: 'LoaderError', code, message: expect.stringContaining(subject) as string });
    if (code !== 'REQUEST_REFUSED') expect(error).toHaveProperty('hint', expect.stringMatching(/\.$/));
  });

  it.each([
    [200, 'not JSON'],
    [502, '<html><h1>Bad Gateway</h1></html>'],
  ])('with status %i and the body %s becomes a LoaderError', async (status, body) => {
    const { queue } = await queueOf((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(body);
    });
    await expect(queue.receive(1, 60_000, 0, never)).rejects.toMatchObject({ name: 'LoaderError', exitStatus: 3 });
  });

  it.each([
    ['the sent body', { MessageId: 'm', MD5OfMessageBody: md5('other') }, methods[0][1]],
    [
      'the received body',
      { Messages: [{ MessageId: '1', ReceiptHandle: 'r', Body: 'a', MD5OfBody: md5('b') }] },
      methods[1][1],
    ],
  ])('is RETRIES_EXHAUSTED if the response does not match %s', async (_, content, call) => {
    const { queue } = await queueReturning(content);
    await expect(call(queue)).rejects.toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      message: expect.stringContaining('a response was damaged in transit') as string,
    });
  });

  it('for an expired signature is CLOCK_SKEWED', async () => {
    const { queue } = await queueOf((_, response) => {
      response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        '{"__type":"InvalidSignatureException","message":"Signature expired: 20261120T100000Z is now earlier"}',
      );
    });
    await expect(queue.depth()).rejects.toMatchObject({ code: 'CLOCK_SKEWED' });
  });

  it('is ENDPOINT_UNREACHABLE if nothing responds', async () => {
    const { queue, close } = await queueReturning({});
    close();
    for (const [, call] of methods) {
      await expect(call(queue)).rejects.toMatchObject({
        code: 'ENDPOINT_UNREACHABLE',
        message: expect.stringContaining('127.0.0.1') as string,
      });
    }
  });
});
