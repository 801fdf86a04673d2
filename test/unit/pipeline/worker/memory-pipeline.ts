import { S3Clock } from '../../../../src/pipeline/bucket/s3-clock.ts';
import { Store } from '../../../../src/pipeline/bucket/store.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import type { Pipeline } from '../../../../src/pipeline/jobs/open-loader.ts';
import { messageOf, type GoOn } from '../../../../src/pipeline/queue/messages.ts';
import type { Depth, Received, SqsQueue } from '../../../../src/pipeline/queue/sqs-queue.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { Ended, LeasedTask, JobPorts } from '../../../../src/pipeline/jobs/ports.ts';
import { MemoryBucket } from '../jobs/memory-bucket.ts';
import { settingsFor } from '../jobs/memory-world.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  visibleMs: number;
  receives: number;
}

const lookEveryMs = 100;

/** A queue in memory; its time is that of the timers, which a test may move. */
export class MemoryQueue implements SqsQueue {
  messages: Message[] = [];
  /** Receipts and for how long, in the order of the calls. */
  readonly hidden: (readonly [receipt: string, ms: number])[] = [];
  readonly deleted: string[] = [];
  /** How many messages were asked for at a time. */
  readonly asked: number[] = [];
  /** What the next calls throw, one after the other. */
  readonly receiveErrors: Error[] = [];
  readonly depthErrors: Error[] = [];
  onHide: () => Promise<void> = () => Promise.resolve();
  onDelete: () => Promise<void> = () => Promise.resolve();
  #ids = 0;

  put(body: string, delayMs = 0): void {
    this.messages.push({ id: `m${++this.#ids}`, body, visibleMs: Date.now() + delayMs, receives: 0 });
  }

  send(message: GoOn, delayMs: number): Promise<void> {
    this.put(messageOf(message), delayMs);
    return Promise.resolve();
  }

  sendText(body: string): Promise<void> {
    this.put(body);
    return Promise.resolve();
  }

  async receive(most: number, visibilityMs: number, waitMs: number, signal: AbortSignal): Promise<Received[]> {
    this.asked.push(most);
    const error = this.receiveErrors.shift();
    if (error !== undefined) throw error;
    for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
      signal.throwIfAborted();
      const visible = this.messages.filter(({ visibleMs }) => visibleMs <= Date.now()).slice(0, most);
      for (const message of visible) {
        message.visibleMs = Date.now() + visibilityMs;
        message.receives++;
      }
      if (visible.length > 0 || waitedMs >= waitMs) {
        return visible.map(({ id, body, receives }) => ({ id, receipt: id, body, receives }));
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  async hide(receipt: string, ms: number): Promise<void> {
    this.hidden.push([receipt, ms]);
    await this.onHide();
    for (const message of this.messages) if (message.id === receipt) message.visibleMs = Date.now() + ms;
  }

  async delete(receipt: string): Promise<void> {
    await this.onDelete();
    this.deleted.push(receipt);
    this.messages = this.messages.filter(({ id }) => id !== receipt);
  }

  visibilityMs(): Promise<number> {
    return Promise.resolve(1_800_000);
  }

  depth(): Promise<Depth> {
    const error = this.depthErrors.shift();
    if (error !== undefined) return Promise.reject(error);
    const visible = this.messages.filter(({ visibleMs }) => visibleMs <= Date.now()).length;
    const inFlight = this.messages.filter(({ visibleMs, receives }) => visibleMs > Date.now() && receives > 0).length;
    return Promise.resolve({ visible, inFlight, delayed: this.messages.length - visible - inFlight });
  }
}

export interface MemoryPipeline extends Pipeline {
  readonly queue: MemoryQueue;
  readonly bucket: MemoryBucket;
  readonly published: readonly JobSummary[];
  /** What loading a range comes to. */
  onLoad: (leased: LeasedTask) => Promise<Ended>;
  /** Somebody puts an object, and S3 sends its event. @returns the job */
  putObject(key: string): string;
}

/** A pipeline in memory; to be opened while the timers are those of the test. */
export function memoryPipeline(): MemoryPipeline {
  const clock = new S3Clock();
  const bucket = new MemoryBucket(() => clock.nowMs());
  const queue = new MemoryQueue();
  const published: JobSummary[] = [];
  let tokens = 0;
  const token = (): string => `token ${tokens++}`;
  const world: JobPorts = {
    ...{ table: 'people', bucket, queue, clock, token },
    load: (leased) => pipeline.onLoad(leased),
    boundaries: () => {
      throw new Error('nothing is cut here');
    },
    publish: (summary) => {
      published.push(summary);
      return Promise.resolve();
    },
    settle: () => Promise.resolve(settingsFor()),
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
    ...{ bucket, queue, clock, published },
    handler: new Handler(world),
    store: new Store(bucket, token),
    onLoad: ({ task: { work } }) => Promise.resolve({ kind: 'done', work }),
    putObject: (key) => {
      const lastModifiedMs = Math.floor(Date.now() / 1000) * 1000;
      const object = { bucket: 'b', key, versionId: null, etag: '"1"', lastModifiedMs, sizeBytes: 1_000 };
      bucket.objects.set(key, object);
      queue.put(eventOf(key));
      return jobIdOf(object);
    },
    assertThere: () => Promise.resolve(),
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

/** Loads for so long, with a checkpoint each 20 s, or until it is told to stop. */
export function loadFor(ms: number): (leased: LeasedTask) => Promise<Ended> {
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
