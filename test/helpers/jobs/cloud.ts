import type { ObjectVersion } from '../../../src/jobs/state/identity.ts';
import { messageOf, read, type GoOn } from '../../../src/jobs/queue/messages.ts';
import { headName, openName } from '../../../src/jobs/bucket/names.ts';
import type { JobSummary } from '../../../src/jobs/state/job.ts';
import type { Condition, Stored } from '../../../src/jobs/world.ts';
import type { Simulation } from './simulation.ts';

/** A record of a file: a bad one is rejected, a deadly one kills who reads it, as long as there are faults. */
export interface ModelRecord {
  readonly key: string;
  readonly value: string;
  readonly kind: 'good' | 'bad' | 'deadly';
}

export interface Version {
  readonly object: ObjectVersion;
  readonly records: readonly ModelRecord[];
}

interface Message {
  readonly body: string;
  visibleMs: number;
  receives: number;
}

export interface Received {
  readonly body: string;
  readonly message: Message;
}

/** What is done to whoever uses it; each from 0 to 1. */
export interface Faults {
  lostAnswers: number;
  noAnswers: number;
  duplicates: number;
  lostMessages: number;
}

export const noFaults: Faults = { lostAnswers: 0, noAnswers: 0, duplicates: 0, lostMessages: 0 };

const maxReceives = 5;

interface Write {
  readonly job: string;
  readonly record: ModelRecord;
}

/** S3, SQS, DynamoDB and SNS as far as jobs see them. Everything happens at once; how long it takes, and whether an answer comes, is the processes' matter. */
export class Cloud {
  readonly #simulation: Simulation;
  readonly #state = new Map<string, { body: string; etag: string; lastModifiedMs: number }>();
  readonly #objects = new Map<string, Version>();
  readonly #versions: Version[] = [];
  #messages: Message[] = [];
  #etags = 0;
  readonly #deadLetters: string[] = [];
  faults: Faults;
  readonly table = new Map<string, string>();
  readonly writes: Write[] = [];
  readonly published: JobSummary[] = [];

  constructor(simulation: Simulation, faults: Faults) {
    this.#simulation = simulation;
    this.faults = faults;
  }

  get versions(): readonly Version[] {
    return this.#versions;
  }

  get state(): ReadonlyMap<string, { readonly body: string }> {
    return this.#state;
  }

  get hasDeadLetters(): boolean {
    return this.#deadLetters.length > 0;
  }

  get isQueueEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Somebody puts an object, and S3 sends its event. */
  putObject(key: string, records: readonly ModelRecord[]): void {
    const { nowMs } = this.#simulation;
    const lastModifiedMs = Math.floor(nowMs / 1000) * 1000;
    const object = {
      bucket: 'bucket',
      key,
      versionId: null,
      etag: `"v${this.#versions.length}"`,
      lastModifiedMs,
      sizeBytes: records.length,
    };
    const version = { object, records };
    this.#versions.push(version);
    this.#objects.set(key, version);
    this.#simulation.tell(`put ${key} ${object.etag}, ${records.length} records`);
    const encoded = encodeURIComponent(key).replaceAll('%20', '+');
    const event = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'bucket' }, object: { key: encoded } },
    };
    this.#enqueue(JSON.stringify({ Records: [event] }), this.#simulation.between(0, 5_000));
  }

  deleteObject(key: string): void {
    this.#simulation.tell(`delete ${key}`);
    this.#objects.delete(key);
  }

  object(key: string): Version | undefined {
    return this.#objects.get(key);
  }

  get(key: string): Stored | undefined {
    const found = this.#state.get(key);
    if (found === undefined) return undefined;
    const second = (ms: number): number => Math.floor(ms / 1000) * 1000;
    return {
      body: found.body,
      etag: found.etag,
      ageMs: second(this.#simulation.nowMs) - second(found.lastModifiedMs),
    };
  }

  put(key: string, body: string, condition: Condition): { readonly etag: string } | undefined {
    const before = this.#state.get(key);
    const holds = 'ifMatch' in condition ? before?.etag === condition.ifMatch : before === undefined;
    if (!holds) return undefined;
    const etag = `"${this.#etags++}"`;
    this.#state.set(key, { body, etag, lastModifiedMs: this.#simulation.nowMs });
    return { etag };
  }

  remove(key: string): void {
    this.#state.delete(key);
  }

  list(prefix: string): readonly string[] {
    return [...this.#state.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  send(message: GoOn, delayMs: number): void {
    this.#enqueue(messageOf(message), delayMs);
  }

  /** Any message that is visible; it is invisible for a while. */
  receive(visibilityMs: number): Received | undefined {
    const { nowMs, chance } = this.#simulation;
    const visible = this.#messages.filter((message) => message.visibleMs <= nowMs);
    const message = visible[Math.floor(chance() * visible.length)];
    if (message === undefined) return undefined;
    if (++message.receives > maxReceives) {
      this.#simulation.tell(`dead letter ${message.body}`);
      this.#deadLetters.push(message.body);
      this.delete(message);
      return undefined;
    }
    if (chance() >= this.faults.duplicates) message.visibleMs = nowMs + visibilityMs;
    return { body: message.body, message };
  }

  delete(message: Message): void {
    this.#messages = this.#messages.filter((other) => other !== message);
  }

  /** Somebody sends the dead letters again. */
  redriveDeadLetters(): number {
    const bodies = this.#deadLetters.splice(0);
    for (const body of bodies) this.#enqueue(body, 0);
    return bodies.length;
  }

  /** What `--until-empty` and redrive do: messages for all jobs that have not ended. */
  sendForOpenJobs(): void {
    for (const name of this.list(openName(''))) {
      const job = name.slice(openName('').length);
      const { state } = JSON.parse(this.#state.get(name)?.body ?? '{}') as { state: { key: string } };
      this.#enqueue(messageOf({ job, key: state.key, task: undefined }), 0);
      for (const task of this.list(`state/jobs/${job}/tasks/`)) {
        const last = task.slice(task.lastIndexOf('/') + 1);
        this.#enqueue(messageOf({ job, key: state.key, task: last === 'cut' ? 'cut' : Number(last) }), 0);
      }
    }
  }

  /** The head of a key, as it lies there. */
  headOf(key: string): { readonly job: string } | undefined {
    const found = this.#state.get(headName(key));
    return found && (JSON.parse(found.body) as { state: { job: string } }).state;
  }

  write(job: string, records: readonly ModelRecord[]): void {
    for (const record of records) {
      if (record.kind === 'bad') continue;
      this.table.set(record.key, record.value);
      this.writes.push({ job, record });
    }
  }

  #enqueue(body: string, delayMs: number): void {
    const { nowMs, chance } = this.#simulation;
    // An event of S3 that is lost is nobody's to find.
    if (chance() < this.faults.lostMessages && 'job' in read(body)) {
      this.#simulation.tell(`lost message ${describe(body)}`);
      return;
    }
    const times = chance() < this.faults.duplicates ? 2 : 1;
    for (let n = 0; n < times; n++) this.#messages.push({ body, visibleMs: nowMs + delayMs, receives: 0 });
  }
}

export function describe(body: string): string {
  const said = read(body);
  if ('job' in said) return `${said.job.slice(-6)} ${String(said.task ?? 'first')}`;
  return 'put' in said ? `event ${said.put.map(({ key }) => key).join()}` : body;
}
