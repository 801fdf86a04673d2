import { randomUUID } from 'node:crypto';
import { makeDynamoDBClient } from '../../aws/clients.ts';
import { makeS3Client } from '../../aws/s3-client.ts';
import { makeSqsClient } from '../../aws/sqs-client.ts';
import { describeTable } from '../../aws/table/describe.ts';
import { openPublisher } from '../../report/notify/publish.ts';
import { createNotification } from '../../report/notify/notification.ts';
import type { WorkerSettings } from '../../options/resolve-worker.ts';
import { S3Clock } from '../bucket/s3-clock.ts';
import { defaultSettingsKey } from '../bucket/keys.ts';
import { openS3Bucket, type S3Bucket } from '../bucket/s3-bucket.ts';
import { Store } from '../bucket/store.ts';
import { Handler } from './handler.ts';
import { openSqsQueue, type SqsQueue } from '../queue/sqs-queue.ts';
import { findTaskBoundaries, loadTask, type TaskDependencies } from './range/run-task.ts';
import { resolveSettings } from './settings/resolve-settings.ts';
import type { JobPorts } from './ports.ts';

/** Settings to find a pipeline, and the table that it loads into. */
export type PipelineSettings = Pick<WorkerSettings, 'aws' | 'bucket' | 'bucketOwner' | 'queueUrl' | 'table' | 'notify'>;

/** Dependencies of a pipeline. */
type PipelineDependencies = Pick<TaskDependencies, 'saveEveryMs' | 'env' | 'say'>;

/** An open pipeline that can handle messages. */
export interface LoaderPipeline {
  readonly settings: PipelineSettings;
  readonly handler: Handler;
  readonly queue: SqsQueue;
  readonly bucket: S3Bucket;
  readonly store: Store;
  readonly clock: S3Clock;
  /**
   * Checks that the bucket and the table exist. With a wrong bucket every event would be rejected; without the table every job
   * would fail after four attempts.
   * @throws LoaderError PIPELINE_NOT_FOUND, TABLE_NOT_FOUND, ACCESS_DENIED, …
   */
  verify(): Promise<void>;
  close(): void;
}

/**
 * Connects jobs to S3, SQS, DynamoDB and SNS. Sends no request yet.
 * @throws LoaderError USAGE if the endpoint, the region or AWS_CA_BUNDLE is malformed.
 */
export function openPipeline(settings: PipelineSettings, dependencies: PipelineDependencies): LoaderPipeline {
  const { aws, bucketOwner: owner, notify, table } = settings;
  const s3 = makeS3Client(aws);
  const sqs = makeSqsClient(aws);
  const dynamodb = makeDynamoDBClient(aws);
  const clock = new S3Clock();
  const bucket = openS3Bucket({ client: s3, name: settings.bucket, owner, onDate: clock.syncTo.bind(clock) });
  const queue = openSqsQueue(sqs, settings.queueUrl);

  const taskDependencies: TaskDependencies = { ...dependencies, s3, dynamodb, owner, put: bucket.write.bind(bucket) };
  const ports: JobPorts = {
    table,
    bucket,
    queue,
    clock,
    load: (leased) => loadTask(leased, taskDependencies),
    findBoundaries: (job, from) => findTaskBoundaries(job, from, taskDependencies),
    publish: async (summary) => {
      const publish = openPublisher({ aws, report: { notify } }, new AbortController().signal);
      await publish?.(createNotification(summary, []));
    },
    resolveSettings: (object) => resolveSettings(object, { client: s3, bucket, owner, table }),
    token: randomUUID,
  };

  return {
    settings,
    handler: new Handler(ports),
    queue,
    bucket,
    store: new Store(bucket, randomUUID),
    clock,
    async verify() {
      await bucket.get(defaultSettingsKey);
      await describeTable(dynamodb, table);
    },
    close() {
      for (const client of [s3, sqs, dynamodb]) client.destroy();
    },
  };
}
