import { getEventListeners } from 'node:events';
import { taskKey } from '../../../src/pipeline/bucket/keys.ts';
import { Handler, type HandledTask } from '../../../src/pipeline/jobs/handler.ts';
import { parseMessage } from '../../../src/pipeline/queue/messages.ts';
import { redriveJob, resendOpenJobs } from '../../../src/pipeline/jobs/redrive.ts';
import { requestTimeoutMs } from '../../../src/load/limits.ts';
import type { LeaseTerms } from '../../../src/pipeline/jobs/task-lease.ts';
import { Store } from '../../../src/pipeline/bucket/store.ts';
import type { JobSettings, JobState } from '../../../src/pipeline/state/job.ts';
import type { TaskProgress } from '../../../src/pipeline/state/task.ts';
import type { Boundary, JobPorts } from '../../../src/pipeline/jobs/ports.ts';
import { unusableSettings, type Cloud } from './cloud.ts';
import { ModelLoader } from './loader.ts';
import { formatBody, type Message } from './queue.ts';
import type { Simulation } from './simulation.ts';

/** The kind of a process. Only a function has a time limit. */
export interface ProcessKind {
  readonly name: 'function' | 'worker' | 'operator';
  /** Time limit of one invocation; undefined: none. */
  readonly timeMs: number | undefined;
}

/** What all processes of a scenario share. */
export interface ScenarioSettings {
  readonly settings: JobSettings;
  readonly invalidSettingsShare: number;
  readonly writeMs: number;
  readonly workerSaveMs: number;
  readonly functionSaveMs: number;
  readonly throttledUntilMs: number;
  /**
   * Injects faults when a process sends a request, or just after the request took effect.
   * @returns ms by which the request is delayed.
   */
  readonly injectFaults: (when: 'sent' | 'landed', request: string, process: Process) => number;
  readonly onDeath: (process: Process) => void;
}

const workerLeaseMs = 60_000;

/** A process that can be killed at any moment. A request it has sent may still take effect, without a response. */
export class Process {
  readonly name: string;
  isDead = false;
  readonly #simulation: Simulation;
  readonly #cloud: Cloud;
  readonly #kind: ProcessKind;
  readonly #conditions: ScenarioSettings;
  #tokens = 0;
  /** Nothing in the process runs before this time, as on a suspended machine or in a frozen function. */
  #frozenUntilMs = 0;
  #requests = 0;
  #timers = 0;
  /** Messages sent while the current message is handled. */
  #sent: Message[] = [];
  /** ETags of the task states, as last read. */
  readonly #taskEtags = new Map<string, string>();

  constructor(name: string, simulation: Simulation, cloud: Cloud, kind: ProcessKind, conditions: ScenarioSettings) {
    this.name = name;
    this.#simulation = simulation;
    this.#cloud = cloud;
    this.#kind = kind;
    this.#conditions = conditions;
  }

  freeze(ms: number): void {
    if (this.isDead) return;
    this.#log(`is frozen for ${(ms / 1000).toFixed(1)} s`);
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#simulation.nowMs + ms);
  }

  kill(): void {
    if (this.isDead) return;
    this.#log('is killed');
    this.isDead = true;
    this.#conditions.onDeath(this);
  }

  /** Receives and handles messages forever. */
  async work(): Promise<void> {
    const handler = new Handler(this.#makePorts());
    for (;;) {
      const visibilityMs = (this.#kind.timeMs ?? workerLeaseMs) + 30_000;
      const message = await this.#ask('receive', () => this.#cloud.queue.receive(visibilityMs)).catch(() => undefined);
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          this.#cloud.queue.onVisible(resolve);
        });
        await this.#sleep(this.#simulation.between(0, 200));
        continue;
      }
      await this.#handle(handler, message);
    }
  }

  /** Runs a job again, as `redrive` does. */
  async redrive(job: string): Promise<void> {
    this.#log(`redrives ${job.slice(-6)}`);
    await this.#runOperation((ports, store) => redriveJob(ports, store, job));
  }

  /** Resends the messages of open jobs, as `--until-empty` does. */
  async resendOpenJobs(): Promise<void> {
    this.#log('resends messages of open jobs');
    await this.#runOperation(resendOpenJobs);
  }

  async #runOperation(operation: (ports: JobPorts, store: Store) => Promise<unknown>): Promise<void> {
    const ports = this.#makePorts();
    await operation(ports, new Store(ports.bucket, () => ports.token())).catch((error: unknown) => {
      this.#log(`fails: ${String(error)}`);
      this.#conditions.onDeath(this);
    });
    this.isDead = true;
  }

  async #handle(handler: Handler, message: Message): Promise<void> {
    this.#log(`gets ${formatBody(message.body)}`);
    this.#checkWait(message);
    this.#sent = [];
    const terms = this.#terms();
    try {
      for (const handled of await this.#handleBody(handler, message.body, terms)) this.#recordWait(handled);
      this.#checkIdle(terms);
      await this.#ask('delete', () => {
        this.#cloud.queue.delete(message);
      });
    } catch (error) {
      this.#log(`fails: ${String(error)}`);
      this.#checkIdle(terms);
    }
    terms.end();
  }

  async #handleBody(handler: Handler, body: string, terms: LeaseTerms): Promise<readonly HandledTask[]> {
    const parsed = parseMessage(body);
    if ('job' in parsed) return [await handler.handleTask(parsed, terms)];
    if (!('put' in parsed)) return [];
    const handled: HandledTask[] = [];
    for (const { key } of parsed.put) handled.push(await handler.handleObject(key, terms));
    return handled;
  }

  /** Remembers which lease the sent messages wait for. */
  #recordWait({ job, task, outcome }: HandledTask): void {
    this.#log(outcome);
    if (!outcome.startsWith('waiting: another loader holds') || job === undefined || task === undefined) return;
    const name = taskKey(job, task);
    const etag = this.#taskEtags.get(name);
    if (etag !== undefined)
      for (const message of this.#sent) if (message.delayMs > 0) message.waitsFor = { name, etag };
  }

  /** Checks that a message which waited for a lease does not arrive before the lease ends. */
  #checkWait({ waitsFor, delayMs }: Message): void {
    if (waitsFor === undefined || delayMs >= 900_000) return;
    const lying = this.#cloud.stateObject(waitsFor.name);
    if (lying?.etag !== waitsFor.etag) return;
    const { lease } = lying.state as { lease: { durationMs: number } | null };
    const leftMs = lying.lastModifiedMs + (lease?.durationMs ?? 0) - this.#simulation.nowMs;
    if (leftMs > 0) this.#simulation.violate(`a message waited ${delayMs} ms for a lease that has ${leftMs} ms left`);
  }

  /** Checks that no request, timer or listener remains. Lambda freezes a function after its response. */
  #checkIdle({ stop }: LeaseTerms): void {
    const listeners = getEventListeners(stop, 'abort').length;
    if (this.#requests === 0 && this.#timers === 0 && listeners === 0) return;
    const left = `${this.#requests} requests, ${this.#timers} timers, ${listeners} listeners`;
    this.#simulation.violate(`${this.name} handled a message and left ${left}`);
  }

  #terms(): LeaseTerms & { end(): void } {
    const { timeMs } = this.#kind;
    const startMs = this.#simulation.nowMs;
    const controller = new AbortController();
    const stopAfterMs = timeMs === undefined ? this.#simulation.between(60_000, 600_000) : timeMs - requestTimeoutMs;
    const cancels = [
      this.#after(stopAfterMs, () => {
        controller.abort();
      }),
      // Lambda kills a function that exceeds its time limit, along with its requests in flight.
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

  #makePorts(): JobPorts {
    const cloud = this.#cloud;
    const { settings, invalidSettingsShare } = this.#conditions;
    return {
      bucket: {
        get: (key) =>
          this.#ask(`get ${key}`, () => {
            const stored = cloud.get(key);
            if (stored !== undefined) this.#taskEtags.set(key, stored.etag);
            return stored;
          }),
        // After a lost response the SDK retries, and the effect of its first attempt makes the condition fail.
        put: (key, body, condition) =>
          this.#ask(`put ${key}`, () => {
            const put = cloud.put(key, body, condition);
            const isLost = this.#simulation.chance() < cloud.faults.lostResponses;
            return isLost ? cloud.put(key, body, condition) : put;
          }),
        remove: (key) =>
          this.#ask(`remove ${key}`, () => {
            cloud.remove(key);
          }),
        list: (prefix) => this.#ask(`list ${prefix}`, () => cloud.list(prefix)),
        findLatest: (key) => this.#ask(`head ${key}`, () => cloud.newest(key)?.object),
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
      findBoundaries: (job, from) => this.#boundaries(job, from),
      publish: (summary) =>
        this.#ask('publish', () => {
          cloud.publish(summary);
        }),
      table: 'table',
      resolveSettings: () =>
        this.#ask('settle', () => cloud.hasFaults && this.#simulation.chance() < invalidSettingsShare).then(
          (isUnusable) => {
            if (isUnusable) throw unusableSettings;
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

  async *#boundaries(job: JobState, from: TaskProgress): AsyncGenerator<Boundary, void, void> {
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

  /** Sends a request, which takes effect after a delay. A dead process never gets the response. */
  async #ask<T>(request: string, perform: () => T, extraMs = 0): Promise<T> {
    const { chance } = this.#simulation;
    const between = this.#simulation.between.bind(this.#simulation);
    this.#requests++;
    const delayMs = this.#conditions.injectFaults('sent', request, this);
    // A frozen process sends its request after it wakes up. A write is not sent then: a loader checks its lease first.
    if (this.isDead || (this.isFrozen && request !== 'write')) await this.#sleep(0);
    const slow = chance() < 0.02;
    const requestMs = between(1, slow ? 4_000 : 20) + Math.max(extraMs, delayMs);
    const responseMs = between(1, slow ? 4_000 : 20);
    const isLost = chance() < this.#cloud.faults.missingResponses;
    const landing = chance();
    // A request that the process gave up may still take effect, except for item writes, which promise no more.
    const isLate = isLost && landing < 0.3 && /^(put|remove|send|delete|publish)/.test(request);
    const result = await this.#land(requestMs, perform, !isLost || (landing < 0.5 && !isLate));
    if (isLate) this.#simulation.after(between(1_000, 120_000), perform);
    this.#conditions.injectFaults('landed', request, this);
    await this.#sleep(responseMs);
    this.#requests--;
    if (isLost) throw new Error(`no response to ${request}`);
    return result as T;
  }

  get isFrozen(): boolean {
    return this.#frozenUntilMs > this.#simulation.nowMs;
  }

  /** Lets a sent request take effect, even if its sender is dead. */
  #land<T>(ms: number, happen: () => T, arrives: boolean): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#simulation.after(ms, () => {
        resolve(arrives ? happen() : undefined);
      });
    });
  }

  /** Ends just after the timers of the same time: those run first when a process wakes up. */
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

  #log(text: string): void {
    this.#simulation.log(`${this.name} ${text}`);
  }
}
