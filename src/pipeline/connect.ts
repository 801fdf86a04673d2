import { randomUUID } from 'node:crypto';
import { makeS3Client } from '../aws/s3-client.ts';
import type { BucketAccess } from '../aws/s3/bucket-access.ts';
import { makeSqsClient } from '../aws/sqs-client.ts';
import { S3Clock } from './bucket/s3-clock.ts';
import { openListing, type Listing } from './bucket/listing.ts';
import { openS3Bucket, type S3Bucket } from './bucket/s3-bucket.ts';
import { Store } from './bucket/store.ts';
import { openSqsQueue, type SqsQueue } from './queue/sqs-queue.ts';
import type { PipelineClock } from './bucket/bucket.ts';
import { findPipelineWith, type FoundPipeline, type PipelineSelector } from './find.ts';

/** A pipeline with everything needed to read its jobs and send them messages. */
export interface ConnectedPipeline {
  readonly found: FoundPipeline;
  readonly bucket: S3Bucket;
  readonly store: Store;
  readonly clock: PipelineClock;
  readonly listing: Listing;
  readonly queue: SqsQueue;
  readonly deadLetters: SqsQueue;
}

/** A connected pipeline that its opener must close. */
export interface OpenPipeline extends ConnectedPipeline {
  readonly bucketPlace: BucketAccess;
  close(): void;
}

/**
 * Finds a pipeline and creates its clients.
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, …
 */
export async function connectPipeline(selector: PipelineSelector): Promise<OpenPipeline> {
  const client = makeS3Client(selector.aws);
  const sqs = makeSqsClient(selector.aws);
  const close = (): void => {
    client.destroy();
    sqs.destroy();
  };
  try {
    const found = await findPipelineWith(client, selector);
    const { description } = found;
    const clock = new S3Clock();
    const owner = found.place.account;
    const bucketPlace = { client, bucket: found.bucket, owner };
    const bucket = openS3Bucket({ client, name: found.bucket, owner, onDate: clock.syncTo.bind(clock) });
    return {
      found,
      bucketPlace,
      bucket,
      clock,
      close,
      store: new Store(bucket, randomUUID),
      listing: openListing({ ...bucketPlace, isPipelineBucket: true }),
      queue: openSqsQueue(sqs, description.queueUrl),
      deadLetters: openSqsQueue(sqs, description.deadLettersUrl),
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Connects to a pipeline for the duration of a call.
 * @throws LoaderError PIPELINE_NOT_FOUND, and the errors of `use`
 */
export async function withPipeline<T>(
  selector: PipelineSelector,
  use: (pipeline: ConnectedPipeline) => Promise<T>,
): Promise<T> {
  const pipeline = await connectPipeline(selector);
  try {
    return await use(pipeline);
  } finally {
    pipeline.close();
  }
}
