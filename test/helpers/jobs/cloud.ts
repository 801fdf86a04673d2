import { LoaderError } from '../../../src/errors.ts';
import { latestVersionKey } from '../../../src/pipeline/bucket/keys.ts';
import type { LatestVersionState } from '../../../src/pipeline/state/latest-version.ts';
import { getJobId, type ObjectVersion } from '../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import type { TaskName } from '../../../src/pipeline/state/task.ts';
import type { PutCondition, StoredState } from '../../../src/pipeline/bucket/bucket.ts';
import { ModelQueue, type QueueFaults } from './queue.ts';
import type { Simulation } from './simulation.ts';
import { InvariantChecker } from './invariants/invariant-checker.ts';

/** The error that ends a job whose settings are invalid. */
export const unusableSettings = new LoaderError('COLUMN_UNKNOWN', 'the settings are invalid');

/** Key of the one item that does not come from a file. */
export const foreignKey = 'foreign';

/** A record of a file. A bad one is rejected. A deadly one ends the process or the load that reads it, while faults are on. */
export interface ModelRecord {
  readonly index: number;
  readonly key: string;
  readonly value: string;
  readonly kind: 'good' | 'bad' | 'deadly';
}

export interface ModelVersion {
  readonly object: ObjectVersion;
  readonly job: string;
  readonly records: readonly ModelRecord[];
  isDeleted: boolean;
}

/** Probabilities, from 0 to 1, of faults that the processes meet. */
export interface Faults extends QueueFaults {
  lostResponses: number;
  missingResponses: number;
}

/** An object in S3 that holds a state. */
export interface StateObject {
  readonly body: string;
  readonly state: unknown;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** A loader that writes the items of a task and owns its lease. */
export interface Writer {
  readonly job: string;
  readonly task: TaskName;
  readonly owner: string;
}

/**
 * S3, SQS, DynamoDB and SNS, as far as jobs use them. Everything here happens instantly. The processes add the delays
 * and lose the responses.
 */
export class Cloud {
  readonly faults: Faults;
  /** Whether deadly records kill, and settings can be invalid. */
  hasFaults = true;
  readonly isVersioned: boolean;
  readonly queue: ModelQueue;
  readonly invariants: InvariantChecker;
  readonly table = new Map<string, string>([[foreignKey, 'untouched']]);
  hasDeleted = false;
  readonly published: JobSummary[] = [];
  readonly versions: ModelVersion[] = [];
  readonly #simulation: Simulation;
  readonly #state = new Map<string, StateObject>();
  readonly #objects = new Map<string, ModelVersion>();
  #etags = 0;

  constructor(simulation: Simulation, faults: Faults, isVersioned: boolean) {
    this.#simulation = simulation;
    this.faults = faults;
    this.isVersioned = isVersioned;
    this.queue = new ModelQueue(simulation, faults);
    this.invariants = new InvariantChecker(this, simulation);
  }

  endFaults(): void {
    this.hasFaults = false;
    Object.assign(this.faults, {
      duplicates: 0,
      lostMessages: 0,
      lostResponses: 0,
      missingResponses: 0,
    } satisfies Faults);
  }

  /** Uploads an object. S3 sends the event after `eventMs`. */
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
    const version = { object, job: getJobId(object), records, isDeleted: false };
    this.versions.push(version);
    this.#objects.set(key, version);
    this.#simulation.log(`put ${key} ${object.etag}, ${records.length} records: job ${version.job.slice(-6)}`);
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

  /** Deletes an object. In a versioned bucket, a delete marker hides its versions. */
  deleteObject(key: string): void {
    this.#simulation.log(`delete ${key}`);
    this.#objects.delete(key);
    this.hasDeleted = true;
  }

  /** Makes the previous version the newest again, in a versioned bucket. S3 sends no event for this. */
  deleteNewestVersion(key: string): void {
    const [newest, before] = this.versions
      .filter(({ object, isDeleted }) => object.key === key && !isDeleted)
      .reverse();
    if (newest === undefined || before === undefined || this.#objects.get(key) !== newest) return;
    this.#simulation.log(`delete version ${newest.object.etag} of ${key}`);
    newest.isDeleted = true;
    this.hasDeleted = true;
    this.#objects.set(key, before);
  }

  newest(key: string): ModelVersion | undefined {
    return this.#objects.get(key);
  }

  /** Returns what a GET finds: of the version, or with If-Match if the bucket is not versioned. */
  read(object: ObjectVersion): ModelVersion | undefined {
    const found = this.isVersioned ? this.versionOf(getJobId(object)) : this.newest(object.key);
    return found?.object.etag === object.etag && !found.isDeleted ? found : undefined;
  }

  versionOf(job: string): ModelVersion | undefined {
    return this.versions.find((version) => version.job === job);
  }

  get(key: string): StoredState | undefined {
    const found = this.#state.get(key);
    if (found === undefined) return undefined;
    const second = (ms: number): number => Math.floor(ms / 1000) * 1000;
    const ageMs = second(this.#simulation.nowMs) - second(found.lastModifiedMs);
    return { body: found.body, etag: found.etag, ageMs };
  }

  put(key: string, body: string, condition: PutCondition): { readonly etag: string } | undefined {
    const before = this.#state.get(key);
    const isMet = 'ifMatch' in condition ? before?.etag === condition.ifMatch : before === undefined;
    if (!isMet) return undefined;
    const { state } = JSON.parse(body) as { state: unknown };
    const after = { body, state, etag: `"${this.#etags++}"`, lastModifiedMs: this.#simulation.nowMs };
    this.#state.set(key, after);
    this.invariants.put(key, before, after);
    return { etag: after.etag };
  }

  remove(key: string): void {
    this.invariants.remove(key);
    this.#state.delete(key);
  }

  list(prefix: string): string[] {
    return [...this.#state.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** Returns the object with a state, if it exists. */
  stateObject(key: string): StateObject | undefined {
    return this.#state.get(key);
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the key determines the type of the state
  state<T>(key: string): T | undefined {
    return this.#state.get(key)?.state as T | undefined;
  }

  headOf(key: string): LatestVersionState | undefined {
    return this.state<LatestVersionState>(latestVersionKey(key));
  }

  write(writer: Writer, records: readonly ModelRecord[]): void {
    this.invariants.write(writer, records);
    for (const { kind, key, value } of records) if (kind !== 'bad') this.table.set(key, value);
  }

  publish(summary: JobSummary): void {
    this.#simulation.log(`published ${summary.job.slice(-6)} run ${summary.run}: ${summary.state}`);
    this.invariants.publish(summary);
    this.published.push(summary);
  }
}
