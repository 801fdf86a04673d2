import { S3Client } from '@aws-sdk/client-s3';
import type { AwsSettings } from './settings.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * An S3 client, configured as `sharedConfig` says: it follows a bucket into its region, and tries a call as often as the SDK
 * does by default. At an endpoint that --endpoint-url or AWS_ENDPOINT_URL(_S3) names, buckets are part of the
 * path: emulators seldom have a host name for each.
 * @param more how long an answer may take where a request carries much
 * @throws LoaderError USAGE where the endpoint, the region or AWS_CA_BUNDLE is malformed.
 */
export function makeS3Client(aws: AwsSettings, more: { readonly requestTimeoutMs?: number } = {}): S3Client {
  const { AWS_ENDPOINT_URL: anyService, AWS_ENDPOINT_URL_S3: s3 } = process.env;
  const config = {
    ...sharedConfig(aws, undefined, more),
    followRegionRedirects: true,
    forcePathStyle: Boolean(aws.endpointUrl ?? (s3 || anyService)),
    // Objects are read in ranges, and a checksum of the whole says nothing of one.
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  return makeClient(() => new S3Client(config));
}
