import { randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { makeS3Client } from '../aws/s3-client.ts';
import { makeSqsClient } from '../aws/sqs-client.ts';
import { S3Clock } from '../jobs/bucket/clock.ts';
import { s3Bucket, type S3Bucket } from '../jobs/bucket/s3-bucket.ts';
import { Store } from '../jobs/bucket/store.ts';
import type { AwsSettings } from '../options/settings.ts';
import { findPipeline, type FoundPipeline, type Which } from '../pipeline/find.ts';
import { visibilityOf } from './findings.ts';
import { timesFor, type Times } from './times.ts';
import type { Place } from './watch.ts';

/** A part may be on its way for so long: 64 MiB at some 150 kbit/s. */
const partTimeoutMs = 3_600_000;

/** A pipeline that is there, and the ways to it. */
export interface Session extends Place {
  readonly aws: AwsSettings;
  readonly sqs: SQSClient;
  /** For what carries many bytes. */
  readonly carrier: S3Client;
  readonly files: S3Bucket;
  readonly pipeline: FoundPipeline;
  readonly clock: S3Clock;
  /** Asked for when something has to be waited for. */
  times(): Promise<Times>;
  close(): void;
}

/**
 * Finds the pipeline.
 * @param times in place of those that the queue gives
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, …
 */
export async function openSession(aws: AwsSettings, which: Which, times?: Times): Promise<Session> {
  const s3 = makeS3Client(aws);
  const carrier = makeS3Client(aws, { requestTimeoutMs: partTimeoutMs });
  const sqs = makeSqsClient(aws);
  const close = (): void => {
    for (const client of [s3, carrier, sqs]) client.destroy();
  };
  try {
    const pipeline = await findPipeline(aws, which, s3);
    const { bucket, description } = pipeline;
    const owner = pipeline.place.account;
    const clock = new S3Clock();
    const files = s3Bucket({ client: s3, name: bucket, owner, heard: clock.hear.bind(clock) });
    let known: Promise<Times> | undefined;
    return {
      ...{ aws, s3, sqs, carrier, bucket, owner, files, pipeline, clock, close },
      store: new Store(files, randomUUID),
      times: () =>
        (known ??=
          times === undefined ? visibilityOf(sqs, description.queueUrl).then(timesFor) : Promise.resolve(times)),
    };
  } catch (error) {
    close();
    throw error;
  }
}
