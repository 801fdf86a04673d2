import { Handler, type Handled } from '../../../src/jobs/handler.ts';
import { read } from '../../../src/jobs/queue/messages.ts';
import { requestTimeoutMs, type Terms } from '../../../src/jobs/shift.ts';
import type { JobSettings, JobState } from '../../../src/jobs/state/job.ts';
import { emptyPart } from '../../../src/jobs/state/part.ts';
import type { Work } from '../../../src/jobs/state/task.ts';
import type { Boundary, Ended, Shift, World } from '../../../src/jobs/world.ts';
import { describe, type Cloud, type ModelRecord, type Version } from './cloud.ts';
import type { Simulation } from './simulation.ts';

/** How a process works: a function has a time of its own, a worker none. */
export interface Kind {
  readonly name: 'function' | 'worker';
  /** Time of one invocation; undefined: no end. */
  readonly timeMs: number | undefined;
}

const workerLeaseMs = 60_000;
const workerSaveMs = 20_000;
const functionSaveMs = 3_000;

/** One that can be killed at any moment: what it has asked for may still happen, and it never hears of it. */
export class Process {
  readonly name: string;
  isDead = false;
  readonly #simulation: Simulation;
  readonly #cloud: Cloud;
  readonly #kind: Kind;
  readonly #settings: JobSettings;
  /** How long the table takes for a batch at most. */
  readonly #writeMs: number;
  #tokens = 0;
  /** Nothing of it goes on before: a machine that sleeps, a function that is frozen. */
  #frozenUntilMs = 0;

  constructor(name: string, simulation: Simulation, cloud: Cloud, kind: Kind, settings: JobSettings, writeMs: number) {
    this.name = name;
    this.#simulation = simulation;
    this.#cloud = cloud;
    this.#kind = kind;
    this.#settings = settings;
    this.#writeMs = writeMs;
  }

  freeze(ms: number): void {
    this.#tell(`is frozen for ${Math.round(ms / 1000)} s`);
    this.#frozenUntilMs = this.#simulation.nowMs + ms;
  }

  kill(): void {
    if (!this.isDead) this.#simulation.tell(`${this.name} is killed`);
    this.isDead = true;
  }

  /** Receives and handles messages for ever. */
  async work(): Promise<void> {
    const handler = new Handler(this.#world());
    for (;;) {
      const visibilityMs = (this.#kind.timeMs ?? workerLeaseMs) + 30_000;
      const received = await this.#ask('receive', () => this.#cloud.receive(visibilityMs)).catch(() => undefined);
      if (received === undefined) {
        await this.#sleep(this.#simulation.between(100, 2_000));
        continue;
      }
      this.#tell(`gets ${describe(received.body)}`);
      const terms = this.#terms();
      try {
        for (const handled of await this.#handle(handler, received.body, terms)) this.#tell(handled.outcome);
        await this.#ask('delete', () => {
          this.#cloud.delete(received.message);
        });
      } catch (error) {
        this.#tell(`fails: ${String(error)}`);
      }
      terms.end();
    }
  }

  async #handle(handler: Handler, body: string, terms: Terms): Promise<readonly Handled[]> {
    const said = read(body);
    if ('job' in said) return [await handler.goOn(said, terms)];
    if (!('put' in said)) return [];
    const handled: Handled[] = [];
    for (const { key } of said.put) handled.push(await handler.put(key, terms));
    return handled;
  }

  #terms(): Terms & { end(): void } {
    const { timeMs } = this.#kind;
    const startMs = this.#simulation.nowMs;
    const controller = new AbortController();
    const stopAfterMs = timeMs === undefined ? this.#simulation.between(60_000, 600_000) : timeMs - requestTimeoutMs;
    const cancels = [
      this.#after(stopAfterMs, () => {
        controller.abort();
      }),
      // A function that is not back in time is frozen, and what it has in flight with it.
      ...(timeMs === undefined ? [] : [this.#after(timeMs, this.kill.bind(this))]),
    ];
    return {
      stop: controller.signal,
      leaseMs: () =>
        timeMs === undefined ? workerLeaseMs : startMs + timeMs + requestTimeoutMs - this.#simulation.nowMs,
      end: () => {
        for (const cancel of cancels) cancel();
      },
    };
  }

  #world(): World {
    const cloud = this.#cloud;
    return {
      bucket: {
        get: (key) => this.#ask(`get ${key}`, () => cloud.get(key)),
        // What the SDK repeats by itself after an answer that is lost is refused by what the first try did.
        put: (key, body, condition) =>
          this.#ask(`put ${key}`, () => {
            const put = cloud.put(key, body, condition);
            const isLost = this.#simulation.chance() < cloud.faults.lostAnswers;
            return isLost ? cloud.put(key, body, condition) : put;
          }),
        remove: (key) =>
          this.#ask(`remove ${key}`, () => {
            cloud.remove(key);
          }),
        list: (prefix) => this.#ask(`list ${prefix}`, () => cloud.list(prefix)),
        head: (key) => this.#ask(`head ${key}`, () => cloud.object(key)?.object),
      },
      queue: {
        send: (message, delayMs) =>
          this.#ask('send', () => {
            cloud.send(message, delayMs);
          }),
      },
      clock: {
        nowMs: () => this.#simulation.nowMs,
        elapsedMs: () => this.#simulation.nowMs,
        after: (ms, call) => this.#after(ms, call),
      },
      load: (shift) => this.#load(shift),
      boundaries: (job, from) => this.#boundaries(job, from),
      publish: (summary) =>
        this.#ask('publish', () => {
          this.#simulation.tell(`published ${summary.job.slice(-6)} run ${summary.run}: ${summary.state}`);
          cloud.published.push(summary);
        }),
      table: 'table',
      settle: () => Promise.resolve(this.#settings),
      token: () => `${this.name} ${this.#tokens++}`,
    };
  }

  /** A loader as `load` is one: batches, a checkpoint now and then, and it stops where it is told to. */
  async #load({ job, task, stop, save }: Shift): Promise<Ended> {
    let { work } = task;
    const saveMs = this.#kind.name === 'worker' ? workerSaveMs : functionSaveMs;
    let savedMs = this.#simulation.nowMs;
    let version: Version | undefined;
    for (;;) {
      // What is read ahead is there, though another version takes its place.
      if (version === undefined || this.#simulation.chance() < 0.05) {
        version = await this.#ask('read', () => this.#cloud.object(job.object.key));
      }
      if (version?.object.etag !== job.object.etag) {
        return { kind: 'changed', work, why: { code: 'SOURCE_CHANGED', message: 'it is gone', hint: null } };
      }
      if (stop.aborted) return { kind: 'stopped', work };
      const end = task.to ?? version.records.length;
      const batch = version.records.slice(
        work.frontier,
        Math.min(end, work.frontier + 1 + Math.floor(this.#simulation.chance() * 8)),
      );
      if (batch.length === 0) return { kind: 'done', work };
      if (this.#cloud.faults.noAnswers > 0 && batch.some(({ kind }) => kind === 'deadly')) {
        if (this.#simulation.chance() < 0.5) this.kill();
        await this.#sleep(1);
        return { kind: 'failed', work, why: { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } };
      }
      try {
        const write = (): void => {
          this.#cloud.write(job.id, batch);
        };
        await this.#ask('write', write, this.#simulation.between(1, this.#writeMs));
      } catch {
        continue;
      }
      work = after(work, batch);
      if (work.part.counts.rejected > 3) {
        return { kind: 'too many rejects', work, why: { code: 'TOO_MANY_ERRORS', message: 'too many', hint: null } };
      }
      if (this.#simulation.nowMs - savedMs >= saveMs) {
        savedMs = this.#simulation.nowMs;
        await save(work);
      }
    }
  }

  async *#boundaries(job: JobState, from: Work): AsyncGenerator<Boundary, void, void> {
    const size = job.object.sizeBytes;
    let last = from.frontier;
    for (let range = 1; range < job.parallel; range++) {
      const offset = Math.floor((size * range) / job.parallel);
      if (offset <= last) continue;
      last = offset;
      await this.#sleep(this.#simulation.between(10, 3_000));
      yield { offset, checkpoint: offset };
    }
  }

  /** Asks for something that takes its time, and happens somewhen in it. Whoever is dead never gets an answer. */
  async #ask<T>(what: string, happen: () => T, extraMs = 0): Promise<T> {
    const { chance } = this.#simulation;
    const between = this.#simulation.between.bind(this.#simulation);
    const slow = chance() < 0.02;
    const wayThereMs = between(1, slow ? 4_000 : 20) + extraMs;
    const wayBackMs = between(1, slow ? 4_000 : 20);
    const gone = chance() < this.#cloud.faults.noAnswers;
    const arrives = !gone || chance() < 0.5;
    await this.#sleepOrLand(wayThereMs);
    const result = arrives ? happen() : undefined;
    await this.#sleep(wayBackMs);
    if (gone) throw new Error(`no answer to ${what}`);
    return result as T;
  }

  /** What is on its way arrives, whether its sender lives or not. */
  #sleepOrLand(ms: number): Promise<void> {
    return new Promise((resolve) => this.#simulation.after(ms, resolve));
  }

  /** A little behind the timers that are due then: those go first when a process wakes up. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#after(ms, resolve, 1);
    });
  }

  #after(ms: number, call: () => void, behindMs = 0): () => void {
    let cancel = (): void => undefined;
    const wake = (): void => {
      if (this.isDead) return;
      const restMs = this.#frozenUntilMs - this.#simulation.nowMs;
      if (restMs > 0) cancel = this.#simulation.after(restMs + behindMs, wake);
      else call();
    };
    cancel = this.#simulation.after(ms, wake);
    return () => {
      cancel();
    };
  }

  #tell(text: string): void {
    this.#simulation.tell(`${this.name} ${text}`);
  }
}

function after(work: Work, batch: readonly ModelRecord[]): Work {
  const { counts } = work.part;
  const rejected = batch.filter(({ kind }) => kind === 'bad').length;
  const part = {
    ...emptyPart,
    counts: {
      ...counts,
      read: counts.read + batch.length,
      written: counts.written + batch.length - rejected,
      rejected: counts.rejected + rejected,
    },
    bytes: work.part.bytes + batch.length,
  };
  return {
    frontier: work.frontier + batch.length,
    acknowledged: work.acknowledged + batch.length,
    checkpoint: work.frontier,
    part,
  };
}
