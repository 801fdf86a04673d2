import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { makeDynamoDBClient } from '../../../src/aws/clients.ts';
import { makeS3Client } from '../../../src/aws/s3-client.ts';
import { makeSnsClient } from '../../../src/report/notify/sns.ts';
import type { AwsSettings } from '../../../src/aws/settings.ts';
import { withEnvironment } from './net/environment.ts';

const nothing: AwsSettings = { region: undefined, profile: undefined, endpointUrl: undefined };

/** Returns the URL that the client would request for an object. Nothing is sent. */
async function objectUrlOf(client: S3Client): Promise<string> {
  let url = '';
  client.middlewareStack.add(
    () => (args) => {
      const { protocol, hostname, port, path } = args.request as Record<string, string | number | undefined>;
      url = `${protocol ?? ''}//${hostname ?? ''}${port === undefined ? '' : `:${port}`}${path ?? ''}`;
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    { step: 'finalizeRequest', priority: 'low', name: 'record-url' },
  );
  await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }));
  client.destroy();
  return url;
}

describe('the S3 client', () => {
  const two = { AWS_ENDPOINT_URL: 'http://h:2', AWS_ENDPOINT_URL_S3: 'http://h:3' };
  it.each<[string, string | undefined, Record<string, string>, string]>([
    ['of AWS by default', undefined, {}, 'https://bucket.s3.us-east-1.amazonaws.com/k'],
    ['of the settings', 'http://h:1', two, 'http://h:1/bucket/k'],
    ['of AWS_ENDPOINT_URL', undefined, { AWS_ENDPOINT_URL: 'http://h:2' }, 'http://h:2/bucket/k'],
    ['of AWS_ENDPOINT_URL_S3', undefined, two, 'http://h:3/bucket/k'],
  ])('uses the endpoint %s', async (_, endpointUrl, env, url) => {
    await withEnvironment(env, async () => {
      expect(await objectUrlOf(makeS3Client({ ...nothing, endpointUrl }))).toBe(url);
    });
  });

  it('follows a bucket into its region', async () => {
    await withEnvironment({}, () => {
      const client = makeS3Client(nothing);
      expect(client.config.followRegionRedirects).toBe(true);
      client.destroy();
      return Promise.resolve();
    });
  });
});

it("the SNS client uses the topic's region", async () => {
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
])('the %s client', (_, make) => {
  it.each<[string, Partial<AwsSettings>, Record<string, string>, RegExp]>([
    ['the AWS_CA_BUNDLE file cannot be read', {}, { AWS_CA_BUNDLE: '/nowhere' }, /AWS_CA_BUNDLE/],
    ['the endpoint is not a URL', { endpointUrl: 'user:password' }, {}, /^the endpoint URL is not valid/],
  ])('is not created if %s', async (__, settings, env, message) => {
    await withEnvironment(env, () => {
      expect(() => make({ ...nothing, ...settings })).toThrow(message);
      return Promise.resolve();
    });
  });
});
