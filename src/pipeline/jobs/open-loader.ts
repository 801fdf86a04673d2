import { randomUUID } from 'node:crypto';
import { makeDynamoDBClient } from '../../aws/clients.ts';
import { makeS3Client } from '../../aws/s3-client.ts';
import { makeSqsClient } from '../../aws/sqs-client.ts';
import { describeTable } from '../../aws/table/describe.ts';
import { openPublisher } from '../../report/notify/publish.ts';
import { notification } from '../../report/notify/notification.ts';
import type { WorkerSettings } from '../../options/resolve-worker.ts';
import { S3Clock } from '../bucket/s3-clock.ts';
import { defaultSettingsName } from '../bucket/keys.ts';
import { s3Bucket, type S3Bucket } from '../bucket/s3-bucket.ts';
import { Store } from '../bucket/store.ts';
import { Handler } from './handler.ts';
import { sqsQueue, type SqsQueue } from '../queue/sqs-queue.ts';
import { cutsOf, loadTask, type WorkEdges } from './range/run-task.ts';
import { settle } from './settings/resolve-settings.ts';
import type { JobPorts } from './ports.ts';

/** Where a pipeline is, and where its records go. */
export type PipelineSettings = Pick<WorkerSettings, 'aws' | 'bucket' | 'bucketOwner' | 'queueUrl' | 'table' | 'notify'>;

export type PipelineEdges = Pick<WorkEdges, 'saveEveryMs' | 'env' | 'say'>;

/** All that handling a message takes. */
export interface Pipeline {
  readonly settings: PipelineSettings;
  readonly handler: Handler;
  readonly queue: SqsQueue;
  readonly bucket: S3Bucket;
  readonly store: Store;
  readonly clock: S3Clock;
  /**
   * Looks at what jobs need. With another bucket each event would be taken for none of ours, and with no table each file would
   * be tried four times and fail.
   * @throws LoaderError PIPELINE_NOT_FOUND, TABLE_NOT_FOUND, ACCESS_DENIED, …
   */
  assertThere(): Promise<void>;
  close(): void;
}

/**
 * Joins S3, SQS, DynamoDB and SNS to the world that jobs live in. Nothing goes over the network yet.
 * @throws LoaderError USAGE where endpoint, region or AWS_CA_BUNDLE are malformed
 */
export function openPipeline(settings: PipelineSettings, edges: PipelineEdges): Pipeline {
  const { aws, bucketOwner: owner, notify, table } = settings;
  const s3 = makeS3Client(aws);
  const sqs = makeSqsClient(aws);
  const dynamodb = makeDynamoDBClient(aws);
  const clock = new S3Clock();
  const bucket = s3Bucket({ client: s3, name: settings.bucket, owner, heard: clock.hear.bind(clock) });
  const queue = sqsQueue(sqs, settings.queueUrl);

  const edgesOfWork: WorkEdges = { ...edges, s3, dynamodb, owner, put: bucket.write.bind(bucket) };
  const ports: JobPorts = {
    table,
    bucket,
    queue,
    clock,
    load: (leased) => loadTask(leased, edgesOfWork),
    boundaries: (job, from) => cutsOf(job, from, edgesOfWork),
    publish: async (summary) => {
      const publish = openPublisher({ aws, report: { notify } }, new AbortController().signal);
      await publish?.(notification(summary, []));
    },
    settle: (object) => settle(object, { client: s3, bucket, owner, table }),
    token: randomUUID,
  };

  return {
    settings,
    handler: new Handler(ports),
    queue,
    bucket,
    store: new Store(bucket, randomUUID),
    clock,
    async assertThere() {
      await bucket.get(defaultSettingsName);
      await describeTable(dynamodb, table);
    },
    close() {
      for (const client of [s3, sqs, dynamodb]) client.destroy();
    },
  };
}
