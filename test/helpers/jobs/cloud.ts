import { LoaderError } from '../../../src/errors.ts';
import { headName } from '../../../src/pipeline/bucket/keys.ts';
import type { HeadState } from '../../../src/pipeline/state/head.ts';
import { jobIdOf, type ObjectVersion } from '../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import type { TaskName } from '../../../src/pipeline/state/task.ts';
import type { Condition, Stored } from '../../../src/pipeline/bucket/bucket.ts';
import { ModelQueue, type QueueFaults } from './queue.ts';
import type { Simulation } from './simulation.ts';
import { Watch } from './watch/watch.ts';

/** What ends a job whose settings cannot be used. */
export const unusable = new LoaderError('COLUMN_UNKNOWN', 'settings that cannot be used');

/** A record of a file: a bad one is rejected, a deadly one kills who reads it, as long as there are faults. */
export interface ModelRecord {
  readonly index: number;
  readonly key: string;
  readonly value: string;
  readonly kind: 'good' | 'bad' | 'deadly';
}

export interface Version {
  readonly object: ObjectVersion;
  readonly job: string;
  readonly records: readonly ModelRecord[];
  isDeleted: boolean;
}

/** What is done to whoever uses the cloud; each from 0 to 1. */
export interface Faults extends QueueFaults {
  lostAnswers: number;
  noAnswers: number;
}

/** A state as it lies in S3. */
export interface Lying {
  readonly body: string;
  readonly state: unknown;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** Whoever writes items: a shift on a task, by the owner of its lease. */
export interface Writer {
  readonly job: string;
  readonly task: TaskName;
  readonly owner: string;
}

/** S3, SQS, DynamoDB and SNS as far as jobs see them. Everything happens at once; how long it takes, and whether an answer comes, is the processes' matter. */
export class Cloud {
  readonly faults: Faults;
  /** Whether those who meet deadly records, or settings that cannot be read, do. */
  areFaultsOn = true;
  readonly isVersioned: boolean;
  readonly queue: ModelQueue;
  readonly watch: Watch;
  readonly table = new Map<string, string>([['of somebody else', 'untouched']]);
  hasDeleted = false;
  readonly published: JobSummary[] = [];
  readonly versions: Version[] = [];
  readonly #simulation: Simulation;
  readonly #state = new Map<string, Lying>();
  readonly #objects = new Map<string, Version>();
  #etags = 0;

  constructor(simulation: Simulation, faults: Faults, isVersioned: boolean) {
    this.#simulation = simulation;
    this.faults = faults;
    this.isVersioned = isVersioned;
    this.queue = new ModelQueue(simulation, faults);
    this.watch = new Watch(this, simulation);
  }

  endFaults(): void {
    this.areFaultsOn = false;
    Object.assign(this.faults, { duplicates: 0, lostMessages: 0, lostAnswers: 0, noAnswers: 0 } satisfies Faults);
  }

  /** Somebody puts an object, and S3 sends its event after so many ms. */
  putObject(key: string, records: readonly ModelRecord[], eventMs: number): void {
    const number = this.versions.length;
    const object = {
      bucket: 'bucket',
      key,
      versionId: this.isVersioned ? `version ${number}` : null,
      etag: `"v${number}"`,
      lastModifiedMs: Math.floor(this.#simulation.nowMs / 1000) * 1000,
      sizeBytes: records.length,
    };
    const version = { object, job: jobIdOf(object), records, isDeleted: false };
    this.versions.push(version);
    this.#objects.set(key, version);
    this.#simulation.tell(`put ${key} ${object.etag}, ${records.length} records: job ${version.job.slice(-6)}`);
    this.sendEvent(key, eventMs);
  }

  sendEvent(key: string, afterMs: number): void {
    const encoded = encodeURIComponent(key).replaceAll('%20', '+');
    const event = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'bucket' }, object: { key: encoded } },
    };
    this.queue.enqueue(JSON.stringify({ Records: [event] }), afterMs);
  }

  /** In a bucket with versions a marker hides them. */
  deleteObject(key: string): void {
    this.#simulation.tell(`delete ${key}`);
    this.#objects.delete(key);
    this.hasDeleted = true;
  }

  /** In a bucket with versions: the one before is the newest again. S3 sends no event that says so. */
  deleteNewestVersion(key: string): void {
    const [newest, before] = this.versions
      .filter(({ object, isDeleted }) => object.key === key && !isDeleted)
      .reverse();
    if (newest === undefined || before === undefined || this.#objects.get(key) !== newest) return;
    this.#simulation.tell(`delete version ${newest.object.etag} of ${key}`);
    newest.isDeleted = true;
    this.hasDeleted = true;
    this.#objects.set(key, before);
  }

  newest(key: string): Version | undefined {
    return this.#objects.get(key);
  }

  /** What a GET of the version finds, or one that asks for its ETag where there are no versions. */
  read(object: ObjectVersion): Version | undefined {
    const found = this.isVersioned ? this.versionOf(jobIdOf(object)) : this.newest(object.key);
    return found?.object.etag === object.etag && !found.isDeleted ? found : undefined;
  }

  versionOf(job: string): Version | undefined {
    return this.versions.find((version) => version.job === job);
  }

  get(key: string): Stored | undefined {
    const found = this.#state.get(key);
    if (found === undefined) return undefined;
    const second = (ms: number): number => Math.floor(ms / 1000) * 1000;
    const ageMs = second(this.#simulation.nowMs) - second(found.lastModifiedMs);
    return { body: found.body, etag: found.etag, ageMs };
  }

  put(key: string, body: string, condition: Condition): { readonly etag: string } | undefined {
    const before = this.#state.get(key);
    const holds = 'ifMatch' in condition ? before?.etag === condition.ifMatch : before === undefined;
    if (!holds) return undefined;
    const { state } = JSON.parse(body) as { state: unknown };
    const after = { body, state, etag: `"${this.#etags++}"`, lastModifiedMs: this.#simulation.nowMs };
    this.#state.set(key, after);
    this.watch.put(key, before, after);
    return { etag: after.etag };
  }

  remove(key: string): void {
    this.watch.remove(key);
    this.#state.delete(key);
  }

  list(prefix: string): string[] {
    return [...this.#state.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** A state as it lies there. */
  lying(key: string): Lying | undefined {
    return this.#state.get(key);
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as of a store: what lies there is of the name's kind
  state<T>(key: string): T | undefined {
    return this.#state.get(key)?.state as T | undefined;
  }

  headOf(key: string): HeadState | undefined {
    return this.state<HeadState>(headName(key));
  }

  write(writer: Writer, records: readonly ModelRecord[]): void {
    this.watch.write(writer, records);
    for (const { kind, key, value } of records) if (kind !== 'bad') this.table.set(key, value);
  }

  publish(summary: JobSummary): void {
    this.#simulation.tell(`published ${summary.job.slice(-6)} run ${summary.run}: ${summary.state}`);
    this.watch.publish(summary);
    this.published.push(summary);
  }
}
