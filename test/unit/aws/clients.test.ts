import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { makeDynamoDBClient } from '../../../src/aws/clients.ts';
import { makeS3Client } from '../../../src/aws/s3-client.ts';
import { makeSnsClient } from '../../../src/report/notify/sns.ts';
import type { AwsSettings } from '../../../src/aws/settings.ts';
import { withEnvironment } from './net/environment.ts';

const nothing: AwsSettings = { region: undefined, profile: undefined, endpointUrl: undefined };

/** The URL that it asks for an object; nothing is sent. */
async function askedBy(client: S3Client): Promise<string> {
  let asked = '';
  client.middlewareStack.add(
    () => (args) => {
      const { protocol, hostname, port, path } = args.request as Record<string, string | number | undefined>;
      asked = `${protocol ?? ''}//${hostname ?? ''}${port === undefined ? '' : `:${port}`}${path ?? ''}`;
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    { step: 'finalizeRequest', priority: 'low', name: 'asked' },
  );
  await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }));
  client.destroy();
  return asked;
}

describe('S3', () => {
  const two = { AWS_ENDPOINT_URL: 'http://h:2', AWS_ENDPOINT_URL_S3: 'http://h:3' };
  it.each<[string, string | undefined, Record<string, string>, string]>([
    ['of AWS', undefined, {}, 'https://bucket.s3.us-east-1.amazonaws.com/k'],
    ['given', 'http://h:1', two, 'http://h:1/bucket/k'],
    ['of AWS_ENDPOINT_URL', undefined, { AWS_ENDPOINT_URL: 'http://h:2' }, 'http://h:2/bucket/k'],
    ['of AWS_ENDPOINT_URL_S3', undefined, two, 'http://h:3/bucket/k'],
  ])('is asked at the endpoint %s', async (_, endpointUrl, env, url) => {
    await withEnvironment(env, async () => {
      expect(await askedBy(makeS3Client({ ...nothing, endpointUrl }))).toBe(url);
    });
  });

  it('is followed into the region of a bucket', async () => {
    await withEnvironment({}, () => {
      const client = makeS3Client(nothing);
      expect(client.config.followRegionRedirects).toBe(true);
      client.destroy();
      return Promise.resolve();
    });
  });
});

it("SNS is asked in the topic's region", async () => {
  await withEnvironment({}, async () => {
    const client = makeSnsClient({ ...nothing, region: 'us-east-1' }, 'eu-west-1');
    expect(await client.config.region()).toBe('eu-west-1');
    client.destroy();
  });
});

describe.each<[string, (aws: AwsSettings) => unknown]>([
  ['DynamoDB', makeDynamoDBClient],
  ['S3', makeS3Client],
  ['SNS', (aws) => makeSnsClient(aws, 'us-east-1')],
])('a client of %s', (_, make) => {
  it.each<[string, Partial<AwsSettings>, Record<string, string>, RegExp]>([
    ['a bundle that cannot be read', {}, { AWS_CA_BUNDLE: '/nowhere' }, /AWS_CA_BUNDLE/],
    ['a malformed endpoint', { endpointUrl: 'user:password' }, {}, /^the endpoint URL is not valid/],
  ])('is not made with %s', async (__, settings, env, message) => {
    await withEnvironment(env, () => {
      expect(() => make({ ...nothing, ...settings })).toThrow(message);
      return Promise.resolve();
    });
  });
});
