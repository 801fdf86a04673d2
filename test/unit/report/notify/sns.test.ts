import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, it } from 'vitest';
import { createNotification } from '../../../../src/report/notify/notification.ts';
import { createSnsPublisher, topicRegion, type SnsPublisherOptions } from '../../../../src/report/notify/sns.ts';
import { summary } from '../summaries.ts';

const topic = 'arn:aws:sns:eu-west-1:123456789012:loads';
const never = new AbortController().signal;

const accepted =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
const refused = (code: string, message: string) =>
  `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

const opened: { server?: Server; client?: SNSClient } = {};
afterEach(() => {
  opened.client?.destroy();
  opened.server?.closeAllConnections();
  opened.server?.close();
});

/** Starts a topic with this response (undefined: none) and records the forms that it receives. */
async function openTopic(status: number, body: string | undefined, more: Partial<SnsPublisherOptions> = {}) {
  const forms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      forms.push(new URLSearchParams(text));
      if (body === undefined) return;
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new SNSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: topicRegion(topic),
    credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
    maxAttempts: 1,
  });
  Object.assign(opened, { server, client });
  return { server, forms, publish: createSnsPublisher({ client, topic, stop: never, ...more }) };
}

describe('an SNS publisher', () => {
  it('sends subject, message and attributes', async () => {
    const { forms, publish } = await openTopic(200, accepted);
    const sent = createNotification(summary({ exitStatus: 1, rejected: 2, table: 'Zoë' }), [
      'Loaded “people.csv”',
      '  a & b=c',
    ]);
    await publish(sent);
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: topic,
      Subject: sent.subject,
      Message: sent.message,
      'MessageAttributes.entry.1.Name': 'status',
      'MessageAttributes.entry.1.Value.DataType': 'Number',
      'MessageAttributes.entry.1.Value.StringValue': '1',
      'MessageAttributes.entry.2.Name': 'table',
      'MessageAttributes.entry.2.Value.DataType': 'String',
      'MessageAttributes.entry.2.Value.StringValue': 'Zoë',
    });
    expect(forms).toHaveLength(1);
  });

  it('sends a group id and a new deduplication id to a FIFO topic', async () => {
    const { forms, publish } = await openTopic(200, accepted, { topic: `${topic}.fifo` });
    await publish(createNotification(summary(), []));
    await publish(createNotification(summary(), []));
    expect(forms.map((form) => form.get('MessageGroupId'))).toEqual(['csv2ddb', 'csv2ddb']);
    expect(new Set(forms.map((form) => form.get('MessageDeduplicationId'))).size).toBe(2);
  });

  it.each([
    [403, 'AuthorizationError', 'User: u is not authorized to perform: SNS:Publish on resource: r', 'ACCESS_DENIED'],
    [403, 'InvalidClientTokenId', 'The security token included in the request is invalid', 'CREDENTIALS_INVALID'],
    [403, 'ExpiredToken', 'The security token included in the request is expired', 'CREDENTIALS_INVALID'],
    [403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match', 'CREDENTIALS_INVALID'],
    [404, 'NotFound', 'Topic does not exist', 'REQUEST_REFUSED'],
    [400, 'InvalidParameter', 'Invalid parameter: TopicArn', 'REQUEST_REFUSED'],
    [400, 'Throttling', 'Rate exceeded', 'RETRIES_EXHAUSTED'],
    [500, 'InternalError', 'oops', 'RETRIES_EXHAUSTED'],
  ])('translates the response %i %s', async (status, name, message, code) => {
    const { publish } = await openTopic(status, refused(name, message));
    const error: unknown = await publish(createNotification(summary(), [])).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'LoaderError', code });
    expect(error).toHaveProperty('message', expect.stringContaining(`${topic} (the load itself is not affected): `));
    expect(error).toHaveProperty('hint', expect.stringMatching(/\.$/));
    if (code === 'ACCESS_DENIED') expect(error).toHaveProperty('hint', expect.stringContaining('sns:Publish'));
  });

  it.each([
    [200, 'this is not XML'],
    [502, '<html><h1>Bad Gateway</h1></html>'],
  ])('throws a LoaderError for the response %i with the body %s', async (status, body) => {
    const { publish } = await openTopic(status, body);
    await expect(publish(createNotification(summary(), []))).rejects.toMatchObject({
      name: 'LoaderError',
      exitStatus: 3,
    });
  });

  it('throws ENDPOINT_UNREACHABLE if SNS cannot be reached', async () => {
    const { server, publish } = await openTopic(200, accepted);
    server.close();
    const expected = { code: 'ENDPOINT_UNREACHABLE', message: expect.stringContaining('127.0.0.1') as string };
    await expect(publish(createNotification(summary(), []))).rejects.toMatchObject(expected);
  });

  it('throws ENDPOINT_UNREACHABLE after the timeout', async () => {
    const { publish } = await openTopic(200, undefined, { timeoutMs: 50 });
    const expected = { code: 'ENDPOINT_UNREACHABLE', message: expect.stringContaining('no response within') as string };
    await expect(publish(createNotification(summary(), []))).rejects.toMatchObject(expected);
  });

  it('also publishes after an interrupt', async () => {
    const { forms, publish } = await openTopic(200, accepted, { stop: AbortSignal.abort() });
    await publish(createNotification(summary({ exitStatus: 4 }), []));
    expect(forms).toHaveLength(1);
  });

  it('stops when it is interrupted while it waits', async () => {
    const stop = new AbortController();
    const { forms, publish } = await openTopic(200, undefined, { stop: stop.signal });
    const ended = publish(createNotification(summary(), []));
    const rejected = expect(ended).rejects.toMatchObject({ code: 'INTERRUPTED' });
    while (forms.length === 0) await sleep(5);
    stop.abort();
    await rejected;
  });
});
