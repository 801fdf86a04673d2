import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';
import { Store } from '../../../../src/pipeline/bucket/store.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import type { LoaderPipeline } from '../../../../src/pipeline/jobs/open-loader.ts';
import { formatMessage, type TaskMessage } from '../../../../src/pipeline/queue/messages.ts';
import type { QueueDepth, ReceivedMessage, SqsQueue } from '../../../../src/pipeline/queue/sqs-queue.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { TaskResult, LeasedTask, JobPorts } from '../../../../src/pipeline/jobs/ports.ts';
import { MemoryBucket } from '../jobs/memory-bucket.ts';
import { settingsFor } from '../jobs/memory-ports.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  visibleMs: number;
  receives: number;
}

const pollEveryMs = 100;

/** A queue in memory. Its time is that of the timers, which a test may fake. */
export class MemoryQueue implements SqsQueue {
  messages: Message[] = [];
  /** Visibility changes in the order of the calls. */
  readonly hidden: (readonly [receiptHandle: string, ms: number])[] = [];
  readonly deleted: string[] = [];
  /** Requested number of messages of each receive. */
  readonly requested: number[] = [];
  /** Errors of the next calls. */
  readonly receiveErrors: Error[] = [];
  readonly depthErrors: Error[] = [];
  onHide: () => Promise<void> = () => Promise.resolve();
  onDelete: () => Promise<void> = () => Promise.resolve();
  #ids = 0;

  put(body: string, delayMs = 0): void {
    this.messages.push({ id: `m${++this.#ids}`, body, visibleMs: Date.now() + delayMs, receives: 0 });
  }

  send(message: TaskMessage, delayMs: number): Promise<void> {
    this.put(formatMessage(message), delayMs);
    return Promise.resolve();
  }

  sendText(body: string): Promise<void> {
    this.put(body);
    return Promise.resolve();
  }

  async receive(max: number, visibilityMs: number, waitMs: number, signal: AbortSignal): Promise<ReceivedMessage[]> {
    this.requested.push(max);
    const error = this.receiveErrors.shift();
    if (error !== undefined) throw error;
    for (let waitedMs = 0; ; waitedMs += pollEveryMs) {
      signal.throwIfAborted();
      const visible = this.messages.filter(({ visibleMs }) => visibleMs <= Date.now()).slice(0, max);
      for (const message of visible) {
        message.visibleMs = Date.now() + visibilityMs;
        message.receives++;
      }
      if (visible.length > 0 || waitedMs >= waitMs) {
        return visible.map(({ id, body, receives }) => ({ id, receiptHandle: id, body, receives }));
      }
      await new Promise((resolve) => setTimeout(resolve, pollEveryMs));
    }
  }

  async setVisibility(receiptHandle: string, ms: number): Promise<void> {
    this.hidden.push([receiptHandle, ms]);
    await this.onHide();
    for (const message of this.messages) if (message.id === receiptHandle) message.visibleMs = Date.now() + ms;
  }

  async delete(receiptHandle: string): Promise<void> {
    await this.onDelete();
    this.deleted.push(receiptHandle);
    this.messages = this.messages.filter(({ id }) => id !== receiptHandle);
  }

  visibilityMs(): Promise<number> {
    return Promise.resolve(1_800_000);
  }

  depth(): Promise<QueueDepth> {
    const error = this.depthErrors.shift();
    if (error !== undefined) return Promise.reject(error);
    const visible = this.messages.filter(({ visibleMs }) => visibleMs <= Date.now()).length;
    const inFlight = this.messages.filter(({ visibleMs, receives }) => visibleMs > Date.now() && receives > 0).length;
    return Promise.resolve({ visible, inFlight, delayed: this.messages.length - visible - inFlight });
  }
}

export interface MemoryPipeline extends LoaderPipeline {
  readonly queue: MemoryQueue;
  readonly bucket: MemoryBucket;
  readonly published: readonly JobSummary[];
  /** Loads a range. */
  onLoad: (leased: LeasedTask) => Promise<TaskResult>;
  /** Puts an object and sends its event. @returns the job ID. */
  putObject(key: string): string;
}

/** Opens a pipeline in memory. Call it after the test has faked the timers. */
export function memoryPipeline(): MemoryPipeline {
  const clock = new S3Clock();
  const bucket = new MemoryBucket(() => clock.nowMs());
  const queue = new MemoryQueue();
  const published: JobSummary[] = [];
  let tokens = 0;
  const token = (): string => `token ${tokens++}`;
  const ports: JobPorts = {
    table: 'people',
    bucket,
    queue,
    clock,
    token,
    load: (leased) => pipeline.onLoad(leased),
    findBoundaries: () => {
      throw new Error('unexpected cut');
    },
    publish: (summary) => {
      published.push(summary);
      return Promise.resolve();
    },
    resolveSettings: () => Promise.resolve(settingsFor()),
  };
  const pipeline: MemoryPipeline = {
    settings: {
      aws: { region: undefined, profile: undefined, endpointUrl: undefined },
      table: 'people',
      bucket: 'b',
      bucketOwner: undefined,
      queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/imports',
      notify: undefined,
    },
    bucket,
    queue,
    clock,
    published,
    handler: new Handler(ports),
    store: new Store(bucket, token),
    onLoad: ({ task: { work } }) => Promise.resolve({ kind: 'done', work }),
    putObject: (key) => {
      const lastModifiedMs = Math.floor(Date.now() / 1000) * 1000;
      const object = { bucket: 'b', key, versionId: null, etag: '"1"', lastModifiedMs, sizeBytes: 1_000 };
      bucket.objects.set(key, object);
      queue.put(eventOf(key));
      return getJobId(object);
    },
    verify: () => Promise.resolve(),
    close: () => undefined,
  };
  return pipeline;
}

export function eventOf(key: string): string {
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'b' }, object: { key } },
  };
  return JSON.stringify({ Records: [record] });
}

/** Returns a load that takes `ms`, saves a checkpoint every 20 s, and can be stopped. */
export function loadFor(ms: number): (leased: LeasedTask) => Promise<TaskResult> {
  return async ({ task: { work }, stop, renew }) => {
    const untilMs = Date.now() + ms;
    let savedMs = Date.now();
    while (Date.now() < untilMs) {
      if (stop.aborted) return { kind: 'stopped', work };
      if (Date.now() - savedMs >= 20_000) {
        await renew(work);
        savedMs = Date.now();
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, untilMs - Date.now())));
    }
    return { kind: 'done', work };
  };
}
