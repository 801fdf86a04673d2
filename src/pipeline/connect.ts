import { randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { makeS3Client } from '../aws/s3-client.ts';
import { makeSqsClient } from '../aws/sqs-client.ts';
import { S3Clock } from './bucket/s3-clock.ts';
import { listingOf, type Listing } from './bucket/listing.ts';
import { s3Bucket, type S3Bucket } from './bucket/s3-bucket.ts';
import { Store } from './bucket/store.ts';
import { sqsQueue, type SqsQueue } from './queue/sqs-queue.ts';
import type { Clock } from './bucket/bucket.ts';
import type { PipelineCommandSettings } from '../options/resolve-pipeline.ts';
import type { AwsSettings } from '../aws/settings.ts';
import { findPipelineBy, type FoundPipeline, type Which } from './find.ts';

/** A pipeline with all that it takes to look at its jobs, and to send them messages. */
export interface ConnectedPipeline {
  readonly found: FoundPipeline;
  readonly bucket: S3Bucket;
  readonly store: Store;
  readonly clock: Clock;
  readonly listing: Listing;
  readonly queue: SqsQueue;
  readonly deadLetters: SqsQueue;
}

/** To be closed by whoever opened it. */
export interface OpenPipeline extends ConnectedPipeline {
  readonly s3: S3Client;
  close(): void;
}

/**
 * Finds a pipeline, and opens the ways to it.
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, …
 */
export async function connectPipeline(aws: AwsSettings, which: Which): Promise<OpenPipeline> {
  const s3 = makeS3Client(aws);
  const sqs = makeSqsClient(aws);
  const close = (): void => {
    s3.destroy();
    sqs.destroy();
  };
  try {
    const found = await findPipelineBy(s3, aws, which);
    const { description, place } = found;
    const clock = new S3Clock();
    const owner = place.account;
    const bucket = s3Bucket({ client: s3, name: found.bucket, owner, heard: clock.hear.bind(clock) });
    return {
      ...{ found, s3, bucket, clock, close },
      store: new Store(bucket, randomUUID),
      listing: listingOf({ client: s3, bucket: found.bucket, owner, isPipeline: true }),
      queue: sqsQueue(sqs, description.queueUrl),
      deadLetters: sqsQueue(sqs, description.deadLettersUrl),
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Finds a pipeline, and has `look` look at it.
 * @throws LoaderError PIPELINE_NOT_FOUND, and what `look` throws
 */
export async function withPipeline<T>(
  { aws, name, bucket }: Pick<PipelineCommandSettings, 'aws' | 'name' | 'bucket'>,
  look: (pipeline: ConnectedPipeline) => Promise<T>,
): Promise<T> {
  const pipeline = await connectPipeline(aws, { name, bucket });
  try {
    return await look(pipeline);
  } finally {
    pipeline.close();
  }
}
