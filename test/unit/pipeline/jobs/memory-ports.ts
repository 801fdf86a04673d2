import { Store } from '../../../../src/pipeline/bucket/store.ts';
import { jobKey, taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import { Handler } from '../../../../src/pipeline/jobs/handler.ts';
import type { TaskMessage } from '../../../../src/pipeline/queue/messages.ts';
import type { LeaseTerms } from '../../../../src/pipeline/jobs/task-lease.ts';
import type { ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobSettings, JobState } from '../../../../src/pipeline/state/job.ts';
import type { TaskName, TaskState } from '../../../../src/pipeline/state/task.ts';
import type { Boundary, TaskResult, LeasedTask, JobPorts } from '../../../../src/pipeline/jobs/ports.ts';
import type { PipelineClock } from '../../../../src/pipeline/bucket/bucket.ts';
import { MemoryBucket } from './memory-bucket.ts';

export const startMs = Date.UTC(2026, 10, 20, 10);

export interface Sent extends TaskMessage {
  readonly delayMs: number;
}

/** A clock that only the test moves. */
export class ManualClock implements PipelineClock {
  #ms = 0;
  #calls: { readonly dueMs: number; readonly call: () => void }[] = [];

  nowMs(): number {
    return startMs + this.#ms;
  }

  elapsedMs(): number {
    return this.#ms;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { dueMs: this.#ms + ms, call };
    this.#calls.push(timer);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    this.#ms += ms;
    const due = this.#calls.filter(({ dueMs }) => dueMs <= this.#ms);
    this.#calls = this.#calls.filter((timer) => !due.includes(timer));
    for (const { call } of due) call();
  }
}

/** Returns settings of a job. */
export function settingsFor(parallel = 1): JobSettings {
  return { settings: { table: 'people', options: {} }, parallel, maxErrors: { kind: 'count', count: 10 } };
}

/** Ports in memory. The test decides what loading, cutting and reading settings return. */
export class MemoryPorts implements JobPorts {
  readonly table = 'people';
  readonly clock = new ManualClock();
  readonly bucket = new MemoryBucket(() => this.clock.nowMs());
  readonly sent: Sent[] = [];
  readonly published: JobSummary[] = [];
  readonly worked: LeasedTask[] = [];
  readonly store: Store;
  readonly handler: Handler;
  readonly queue = {
    send: (message: TaskMessage, delayMs: number) => {
      this.sent.push({ ...message, delayMs });
      return Promise.resolve();
    },
  };
  onSettle: (object: ObjectVersion) => Promise<JobSettings> = () => Promise.resolve(settingsFor());
  onLoad: (leased: LeasedTask) => Promise<TaskResult> = (leased) =>
    Promise.resolve({ kind: 'done', work: completeWork(leased) });
  cuts: readonly number[] = [];
  #tokens = 0;

  constructor() {
    this.store = new Store(this.bucket, () => this.token());
    this.handler = new Handler(this);
  }

  load(leased: LeasedTask): Promise<TaskResult> {
    this.worked.push(leased);
    return this.onLoad(leased);
  }

  async *findBoundaries(_: JobState, { frontier }: { readonly frontier: number }): AsyncGenerator<Boundary> {
    await Promise.resolve();
    for (const offset of this.cuts) if (offset > frontier) yield { offset, checkpoint: null };
  }

  publish(summary: JobSummary): Promise<void> {
    this.published.push(summary);
    return Promise.resolve();
  }

  resolveSettings(object: ObjectVersion): Promise<JobSettings> {
    return this.onSettle(object);
  }

  token(): string {
    return `token ${this.#tokens++}`;
  }

  /** Puts an object to load. */
  putObject(key: string, etag = '"1"'): ObjectVersion {
    const lastModifiedMs = Math.floor(this.clock.nowMs() / 1000) * 1000;
    const object = { bucket: 'b', key, versionId: null, etag, lastModifiedMs, sizeBytes: 1_000 };
    this.bucket.objects.set(key, object);
    return object;
  }

  job(id: string): JobState {
    const state = this.bucket.state(jobKey(id));
    if (state === undefined) throw new Error(`job ${id} does not exist`);
    return state as JobState;
  }

  task(id: string, name: TaskName): TaskState | undefined {
    return this.bucket.state(taskKey(id, name)) as TaskState | undefined;
  }

  /** Handles all sent messages, and those that they lead to. */
  async drain(terms: LeaseTerms = untilDone): Promise<void> {
    for (let message = this.sent.shift(); message !== undefined; message = this.sent.shift()) {
      this.clock.pass(message.delayMs);
      await this.handler.handleTask(message, terms);
    }
  }
}

export const untilDone: LeaseTerms = { stop: new AbortController().signal, leaseMs: () => 60_000 };

/** Returns the progress of a range that is fully loaded. */
function completeWork({ task, job }: LeasedTask): TaskResult['work'] {
  const { work } = task;
  return { ...work, frontier: task.to ?? job.object.sizeBytes, acknowledged: work.acknowledged + 1 };
}
