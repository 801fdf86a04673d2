import { randomUUID } from 'node:crypto';
import { makeS3Client } from '../aws/s3-client.ts';
import { makeSqsClient } from '../aws/sqs-client.ts';
import { S3Clock } from '../jobs/bucket/clock.ts';
import { listingOf, type Listing } from '../jobs/bucket/listing.ts';
import { s3Bucket } from '../jobs/bucket/s3-bucket.ts';
import { Store } from '../jobs/bucket/store.ts';
import { sqsQueue, type SqsQueue } from '../jobs/queue/sqs-queue.ts';
import type { Bucket, Clock } from '../jobs/world.ts';
import type { PipelineCommandSettings } from '../options/resolve-pipeline.ts';
import { findPipeline, type FoundPipeline } from './find.ts';

/** A pipeline with all that it takes to look at its jobs, and to send them messages. */
export interface ConnectedPipeline {
  readonly found: FoundPipeline;
  readonly bucket: Bucket;
  readonly store: Store;
  readonly clock: Clock;
  readonly listing: Listing;
  readonly queue: SqsQueue;
  readonly deadLetters: SqsQueue;
}

/**
 * Finds a pipeline, and has `look` look at it.
 * @throws LoaderError PIPELINE_NOT_FOUND, and what `look` throws
 */
export async function withPipeline<T>(
  { aws, name, bucket: named }: Pick<PipelineCommandSettings, 'aws' | 'name' | 'bucket'>,
  look: (pipeline: ConnectedPipeline) => Promise<T>,
): Promise<T> {
  const s3 = makeS3Client(aws);
  const sqs = makeSqsClient(aws);
  try {
    const found = await findPipeline(aws, { name, bucket: named }, s3);
    const { description, place } = found;
    const clock = new S3Clock();
    const owner = place.account;
    const bucket = s3Bucket({ client: s3, name: found.bucket, owner, heard: clock.hear.bind(clock) });
    return await look({
      ...{ found, bucket, clock },
      store: new Store(bucket, randomUUID),
      listing: listingOf(s3, found.bucket, owner),
      queue: sqsQueue(sqs, description.queueUrl),
      deadLetters: sqsQueue(sqs, description.deadLettersUrl),
    });
  } finally {
    s3.destroy();
    sqs.destroy();
  }
}
