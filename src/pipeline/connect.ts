import { randomUUID } from 'node:crypto';
import { makeS3Client } from '../aws/s3-client.ts';
import type { BucketPlace } from '../aws/s3/place.ts';
import { makeSqsClient } from '../aws/sqs-client.ts';
import { S3Clock } from './bucket/s3-clock.ts';
import { listingOf, type Listing } from './bucket/listing.ts';
import { s3Bucket, type S3Bucket } from './bucket/s3-bucket.ts';
import { Store } from './bucket/store.ts';
import { sqsQueue, type SqsQueue } from './queue/sqs-queue.ts';
import type { Clock } from './bucket/bucket.ts';
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
  readonly place: BucketPlace;
  close(): void;
}

/**
 * Finds a pipeline, and opens the ways to it.
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, …
 */
export async function connectPipeline(which: Which): Promise<OpenPipeline> {
  const client = makeS3Client(which.aws);
  const sqs = makeSqsClient(which.aws);
  const close = (): void => {
    client.destroy();
    sqs.destroy();
  };
  try {
    const found = await findPipelineBy(client, which);
    const { description } = found;
    const clock = new S3Clock();
    const owner = found.place.account;
    const place = { client, bucket: found.bucket, owner };
    const bucket = s3Bucket({ client, name: found.bucket, owner, heard: clock.hear.bind(clock) });
    return {
      found,
      place,
      bucket,
      clock,
      close,
      store: new Store(bucket, randomUUID),
      listing: listingOf({ ...place, isPipeline: true }),
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
export async function withPipeline<T>(which: Which, look: (pipeline: ConnectedPipeline) => Promise<T>): Promise<T> {
  const pipeline = await connectPipeline(which);
  try {
    return await look(pipeline);
  } finally {
    pipeline.close();
  }
}
