import { S3Client } from '@aws-sdk/client-s3';
import type { AwsSettings } from './settings.ts';
import { makeClient, sharedConfig } from './config.ts';

/**
 * Creates an S3 client, configured by `sharedConfig`. It follows a bucket into its region and retries as the SDK does by
 * default. If --endpoint-url or AWS_ENDPOINT_URL(_S3) is set, the bucket name is part of the path, because emulators seldom
 * have a host name for each bucket.
 * @param options `requestTimeoutMs`: milliseconds to wait for a response, longer for large request bodies.
 * @throws LoaderError USAGE if the endpoint, the region or AWS_CA_BUNDLE is not valid.
 */
export function makeS3Client(aws: AwsSettings, options: { readonly requestTimeoutMs?: number } = {}): S3Client {
  const { AWS_ENDPOINT_URL: anyService, AWS_ENDPOINT_URL_S3: s3 } = process.env;
  const config = {
    ...sharedConfig(aws, undefined, options),
    followRegionRedirects: true,
    forcePathStyle: Boolean(aws.endpointUrl ?? (s3 || anyService)),
    // Objects are read in ranges; the checksum of the whole object does not apply to a range.
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  return makeClient(() => new S3Client(config));
}
