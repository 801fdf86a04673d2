import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type RecordingProxy, startRecordingProxy } from '../../../helpers/proxy/recording-proxy.ts';

let target: Server;
let proxy: RecordingProxy;
let s3: S3Client;
let sns: SNSClient;
/** Host headers of the requests that reached the target. */
const hosts: (string | undefined)[] = [];

const object = { Bucket: 'b', Key: 'k' };
const put = () => s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
const get = () => s3.send(new GetObjectCommand(object));
const create = () => sns.send(new CreateTopicCommand({ Name: 't' }));
const look = () => sns.send(new GetTopicAttributesCommand({ TopicArn: 'arn' }));

beforeAll(async () => {
  target = createServer((request, response) => {
    hosts.push(request.headers.host);
    request.resume();
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 123 }).end();
    else response.writeHead(200).end('');
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  proxy = await startRecordingProxy(`http://127.0.0.1:${(target.address() as AddressInfo).port}`);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: proxy.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  sns = new SNSClient(config);
});

afterEach(() => {
  proxy.forget();
});

afterAll(async () => {
  s3.destroy();
  sns.destroy();
  await proxy.stop();
  target.close();
});

it('forwards calls and records them in order', async () => {
  await put();
  await get();
  await look();
  await put();
  expect(proxy.seen.map(({ operation, status }) => [operation, status])).toEqual([
    ['PutObject', 200],
    ['GetObject', 200],
    ['GetTopicAttributes', 200],
    ['PutObject', 200],
  ]);
  expect(proxy.actions()).toEqual(['s3:GetObject', 's3:PutObject', 'sns:GetTopicAttributes']);
  proxy.forget();
  expect(proxy.actions()).toEqual([]);
});

it('keeps the signed host header, and the content length of a HEAD response', async () => {
  hosts.length = 0;
  expect((await s3.send(new HeadObjectCommand(object))).ContentLength).toBe(123);
  expect(hosts).toEqual([new URL(proxy.endpoint).host]);
});

it('denies only the calls that need a denied action', async () => {
  proxy.deny('s3:PutObject', 'sns:CreateTopic');
  await expect(put()).rejects.toThrow('not authorized to perform: s3:PutObject');
  await expect(create()).rejects.toThrow('not authorized to perform: sns:CreateTopic');
  await get();
  await look();
  expect(proxy.seen.map(({ status }) => status)).toEqual([403, 403, 200, 200]);
});

it.each(['denied', 'cut'] as const)('every mutating call fails from the third on (%s)', async (how) => {
  proxy.failFrom(3, how);
  await put();
  await get();
  await create();
  await look();
  for (const call of [put, create, put]) {
    await expect(call()).rejects.toMatchObject(
      how === 'cut' ? { code: 'ECONNRESET' } : { $metadata: { httpStatusCode: 403 } },
    );
  }
  await get();
  const failed = how === 'cut' ? undefined : 403;
  expect(proxy.seen.map(({ status }) => status)).toEqual([200, 200, 200, 200, failed, failed, failed, 200]);
});
