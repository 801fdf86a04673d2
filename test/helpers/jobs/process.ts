import { getEventListeners } from 'node:events';
import { taskName } from '../../../src/pipeline/bucket/keys.ts';
import { Handler, type Handled } from '../../../src/pipeline/jobs/handler.ts';
import { read } from '../../../src/pipeline/queue/messages.ts';
import { redriveJob, rouseOpenJobs } from '../../../src/pipeline/jobs/redrive.ts';
import { requestTimeoutMs, type Terms } from '../../../src/pipeline/jobs/task-lease.ts';
import { Store } from '../../../src/pipeline/bucket/store.ts';
import type { JobSettings, JobState } from '../../../src/pipeline/state/job.ts';
import type { Work } from '../../../src/pipeline/state/task.ts';
import type { Boundary, JobPorts } from '../../../src/pipeline/jobs/ports.ts';
import { unusable, type Cloud } from './cloud.ts';
import { ModelLoader } from './loader.ts';
import { describe, type Message } from './queue.ts';
import type { Simulation } from './simulation.ts';

/** How a process works: a function has a time of its own, a worker none. */
export interface Kind {
  readonly name: 'function' | 'worker' | 'operator';
  /** Time of one invocation; undefined: no end. */
  readonly timeMs: number | undefined;
}

/** What is the same for all processes of a story. */
export interface Conditions {
  readonly settings: JobSettings;
  readonly unsettledShare: number;
  readonly writeMs: number;
  readonly workerSaveMs: number;
  readonly functionSaveMs: number;
  readonly throttledUntilMs: number;
  /**
   * Something may be done to a process at the moment it asks for something, or just after that has happened.
   * @returns ms by which the request is late.
   */
  readonly disturb: (when: 'sent' | 'landed', what: string, process: Process) => number;
  readonly died: (process: Process) => void;
}

const workerLeaseMs = 60_000;

/** One that can be killed at any moment: what it has asked for may still happen, and it never hears of it. */
export class Process {
  readonly name: string;
  isDead = false;
  readonly #simulation: Simulation;
  readonly #cloud: Cloud;
  readonly #kind: Kind;
  readonly #conditions: Conditions;
  #tokens = 0;
  /** Nothing of it goes on before: a machine that sleeps, a function that is frozen. */
  #frozenUntilMs = 0;
  #requests = 0;
  #timers = 0;
  /** What was sent for the message that is handled. */
  #sent: Message[] = [];
  /** ETags of the states of tasks, as they were last read. */
  readonly #seen = new Map<string, string>();

  constructor(name: string, simulation: Simulation, cloud: Cloud, kind: Kind, conditions: Conditions) {
    this.name = name;
    this.#simulation = simulation;
    this.#cloud = cloud;
    this.#kind = kind;
    this.#conditions = conditions;
  }

  freeze(ms: number): void {
    if (this.isDead) return;
    this.#tell(`is frozen for ${(ms / 1000).toFixed(1)} s`);
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#simulation.nowMs + ms);
  }

  kill(): void {
    if (this.isDead) return;
    this.#tell('is killed');
    this.isDead = true;
    this.#conditions.died(this);
  }

  /** Receives and handles messages for ever. */
  async work(): Promise<void> {
    const handler = new Handler(this.#world());
    for (;;) {
      const visibilityMs = (this.#kind.timeMs ?? workerLeaseMs) + 30_000;
      const message = await this.#ask('receive', () => this.#cloud.queue.receive(visibilityMs)).catch(() => undefined);
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          this.#cloud.queue.whenVisible(resolve);
        });
        await this.#sleep(this.#simulation.between(0, 200));
        continue;
      }
      await this.#handle(handler, message);
    }
  }

  /** What somebody does who wants a job to run again. */
  async redrive(job: string): Promise<void> {
    this.#tell(`redrives ${job.slice(-6)}`);
    await this.#operate((world, store) => redriveJob(world, store, job));
  }

  /** What `--until-empty` does: whatever message was lost is sent again. */
  async rouse(): Promise<void> {
    this.#tell('rouses open jobs');
    await this.#operate(rouseOpenJobs);
  }

  async #operate(what: (world: JobPorts, store: Store) => Promise<unknown>): Promise<void> {
    const world = this.#world();
    await what(world, new Store(world.bucket, () => world.token())).catch((error: unknown) => {
      this.#tell(`fails: ${String(error)}`);
      this.#conditions.died(this);
    });
    this.isDead = true;
  }

  async #handle(handler: Handler, message: Message): Promise<void> {
    this.#tell(`gets ${describe(message.body)}`);
    this.#checkWait(message);
    this.#sent = [];
    const terms = this.#terms();
    try {
      for (const handled of await this.#handleBody(handler, message.body, terms)) this.#note(handled);
      this.#checkIdle(terms);
      await this.#ask('delete', () => {
        this.#cloud.queue.delete(message);
      });
    } catch (error) {
      this.#tell(`fails: ${String(error)}`);
      this.#checkIdle(terms);
    }
    terms.end();
  }

  async #handleBody(handler: Handler, body: string, terms: Terms): Promise<readonly Handled[]> {
    const said = read(body);
    if ('job' in said) return [await handler.goOn(said, terms)];
    if (!('put' in said)) return [];
    const handled: Handled[] = [];
    for (const { key } of said.put) handled.push(await handler.put(key, terms));
    return handled;
  }

  /** Whoever waits for a lease says so. */
  #note({ job, task, outcome }: Handled): void {
    this.#tell(outcome);
    if (!outcome.startsWith('waiting: another loader holds') || job === undefined || task === undefined) return;
    const name = taskName(job, task);
    const etag = this.#seen.get(name);
    if (etag !== undefined)
      for (const message of this.#sent) if (message.delayMs > 0) message.waitsFor = { name, etag };
  }

  /** One that waited for a lease does not come back before it is over. */
  #checkWait({ waitsFor, delayMs }: Message): void {
    if (waitsFor === undefined || delayMs >= 900_000) return;
    const lying = this.#cloud.lying(waitsFor.name);
    if (lying?.etag !== waitsFor.etag) return;
    const { lease } = lying.state as { lease: { durationMs: number } | null };
    const leftMs = lying.lastModifiedMs + (lease?.durationMs ?? 0) - this.#simulation.nowMs;
    if (leftMs > 0) this.#simulation.violate(`a message waited ${delayMs} ms for a lease that has ${leftMs} ms left`);
  }

  /** A function that has answered is frozen: nothing of it may be under way, and nothing is left behind in a worker. */
  #checkIdle({ stop }: Terms): void {
    const listeners = getEventListeners(stop, 'abort').length;
    if (this.#requests === 0 && this.#timers === 0 && listeners === 0) return;
    const left = `${this.#requests} requests, ${this.#timers} timers, ${listeners} listeners`;
    this.#simulation.violate(`${this.name} has handled a message, and leaves ${left}`);
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

  #world(): JobPorts {
    const cloud = this.#cloud;
    const { settings, unsettledShare } = this.#conditions;
    return {
      bucket: {
        get: (key) =>
          this.#ask(`get ${key}`, () => {
            const stored = cloud.get(key);
            if (stored !== undefined) this.#seen.set(key, stored.etag);
            return stored;
          }),
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
        head: (key) => this.#ask(`head ${key}`, () => cloud.newest(key)?.object),
      },
      queue: {
        send: (message, delayMs) =>
          this.#ask('send', () => {
            this.#sent.push(...cloud.queue.send(message, delayMs));
          }),
      },
      clock: {
        nowMs: () => this.#simulation.nowMs,
        elapsedMs: () => this.#simulation.nowMs,
        after: (ms, call) => this.#timer(ms, call),
      },
      load: (leased) => this.#load(leased).load(),
      boundaries: (job, from) => this.#boundaries(job, from),
      publish: (summary) =>
        this.#ask('publish', () => {
          cloud.publish(summary);
        }),
      table: 'table',
      settle: () =>
        this.#ask('settle', () => cloud.areFaultsOn && this.#simulation.chance() < unsettledShare).then(
          (isUnusable) => {
            if (isUnusable) throw unusable;
            return settings;
          },
        ),
      token: () => `${this.name} ${this.#tokens++}`,
    };
  }

  #load(leased: ConstructorParameters<typeof ModelLoader>[0]): ModelLoader {
    const { workerSaveMs, functionSaveMs } = this.#conditions;
    return new ModelLoader(leased, {
      simulation: this.#simulation,
      cloud: this.#cloud,
      saveEveryMs: this.#kind.name === 'worker' ? workerSaveMs : functionSaveMs,
      ask: this.#ask.bind(this),
      sleep: this.#sleep.bind(this),
      kill: this.kill.bind(this),
      writeMs: this.#conditions.writeMs,
      throttledUntilMs: this.#conditions.throttledUntilMs,
    });
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
    this.#requests++;
    const lateMs = this.#conditions.disturb('sent', what, this);
    // Whoever writes looks again whether it still may.
    if (this.isDead || (this.isFrozen && what !== 'write')) await this.#sleep(0);
    const slow = chance() < 0.02;
    const wayThereMs = between(1, slow ? 4_000 : 20) + Math.max(extraMs, lateMs);
    const wayBackMs = between(1, slow ? 4_000 : 20);
    const gone = chance() < this.#cloud.faults.noAnswers;
    const landing = chance();
    // Given up by who asked for it, it may still land; not so a write of items, of which no more is promised.
    const isLate = gone && landing < 0.3 && /^(put|remove|send|delete|publish)/.test(what);
    const result = await this.#land(wayThereMs, happen, !gone || (landing < 0.5 && !isLate));
    if (isLate) this.#simulation.after(between(1_000, 120_000), happen);
    this.#conditions.disturb('landed', what, this);
    await this.#sleep(wayBackMs);
    this.#requests--;
    if (gone) throw new Error(`no answer to ${what}`);
    return result as T;
  }

  get isFrozen(): boolean {
    return this.#frozenUntilMs > this.#simulation.nowMs;
  }

  /** What is on its way arrives, whether its sender lives or not. */
  #land<T>(ms: number, happen: () => T, arrives: boolean): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#simulation.after(ms, () => {
        resolve(arrives ? happen() : undefined);
      });
    });
  }

  /** A little behind the timers that are due then: those go first when a process wakes up. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#after(ms, resolve, 1);
    });
  }

  #timer(ms: number, call: () => void): () => void {
    let isOver = false;
    const end = (): boolean => {
      if (isOver) return false;
      isOver = true;
      this.#timers--;
      return true;
    };
    this.#timers++;
    const cancel = this.#after(ms, () => {
      if (end()) call();
    });
    return () => {
      end();
      cancel();
    };
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
