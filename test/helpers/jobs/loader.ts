import { emptyPart } from '../../../src/pipeline/state/totals.ts';
import { failureOf } from '../../../src/pipeline/state/failure.ts';
import type { Work } from '../../../src/pipeline/state/task.ts';
import type { Ended, LeasedTask } from '../../../src/pipeline/jobs/ports.ts';
import type { Cloud, ModelRecord, Version, Writer } from './cloud.ts';
import type { Simulation } from './simulation.ts';

/** Rejected records that a job may have. */
export const mostRejects = 3;

/** What a loader has of the process that it runs in. */
export interface LoaderEdges {
  readonly simulation: Simulation;
  readonly cloud: Cloud;
  readonly saveEveryMs: number;
  ask<T>(what: string, happen: () => T, extraMs?: number): Promise<T>;
  sleep(ms: number): Promise<void>;
  kill(): void;
  /** How long the table takes for a batch at most. */
  readonly writeMs: number;
  /** Until then the table takes nothing. */
  readonly throttledUntilMs: number;
}

/** A loader as `load` is one: batches, a checkpoint now and then while it goes on writing, and it stops where it is told to. */
export class ModelLoader {
  readonly #edges: LoaderEdges;
  readonly #leased: LeasedTask;
  readonly #writer: Writer;
  #version: Version | undefined;
  #work: Work;
  #saving: Promise<void> | undefined;
  #savedMs: number;
  #failure: Error | undefined;

  constructor(leased: LeasedTask, edges: LoaderEdges) {
    this.#edges = edges;
    this.#leased = leased;
    this.#work = leased.task.work;
    this.#writer = { job: leased.job.id, task: leased.name, owner: leased.task.lease?.owner ?? '' };
    this.#savedMs = edges.simulation.nowMs;
  }

  async load(): Promise<Ended> {
    const { tasks } = this.#edges.cloud.watch;
    tasks.begin(this.#writer);
    let ended: Ended;
    try {
      ended = await this.#untilItEnds();
    } catch (error) {
      ended = { kind: 'failed', work: this.#work, why: failureOf(error) };
    }
    await this.#saving;
    tasks.end(this.#writer, ended);
    return ended;
  }

  async #untilItEnds(): Promise<Ended> {
    const { stop, job, task } = this.#leased;
    const { cloud, simulation } = this.#edges;
    if (job.settings === null) throw new Error('a job without settings is loaded');
    for (;;) {
      const work = this.#work;
      if (this.#failure !== undefined) throw this.#failure;
      // What is read ahead is there, though another version takes its place.
      if (this.#version === undefined || simulation.chance() < 0.05) {
        this.#version = await this.#edges.ask('read', () => cloud.read(job.object));
      }
      if (this.#version === undefined) {
        return { kind: 'changed', work, why: { code: 'SOURCE_CHANGED', message: 'it is gone', hint: null } };
      }
      if (stop.aborted) return { kind: 'stopped', work };
      const { records } = this.#version;
      const end = Math.min(task.to ?? records.length, work.frontier + 1 + Math.floor(simulation.chance() * 8));
      const batch = records.slice(work.frontier, end);
      if (batch.length === 0) return { kind: 'done', work };
      if (cloud.areFaultsOn && batch.some(({ kind }) => kind === 'deadly')) return this.#die();
      const isWritten = await this.#write(batch);
      if (isWritten) {
        this.#work = after(work, batch, task.from);
        const hasRejected = batch.some(({ kind }) => kind === 'bad');
        if (hasRejected && this.#work.part.counts.rejected > mostRejects) {
          const why = { code: 'TOO_MANY_ERRORS', message: 'too many', hint: null } as const;
          return { kind: 'too many rejects', work: this.#work, why };
        }
      }
      this.#saveNowAndThen();
    }
  }

  async #die(): Promise<Ended> {
    if (this.#edges.simulation.chance() < 0.5) this.#edges.kill();
    await this.#edges.sleep(1);
    return { kind: 'failed', work: this.#work, why: { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } };
  }

  /** @returns whether it is known that the batch stands in the table. */
  async #write(batch: readonly ModelRecord[]): Promise<boolean> {
    const { simulation, cloud, writeMs, throttledUntilMs } = this.#edges;
    if (simulation.nowMs < throttledUntilMs) {
      await this.#edges.sleep(simulation.between(1_000, 8_000));
      return false;
    }
    const write = (): void => {
      cloud.write(this.#writer, batch);
    };
    return this.#edges.ask('write', write, simulation.between(1, writeMs)).then(
      () => true,
      () => false,
    );
  }

  #saveNowAndThen(): void {
    const { nowMs } = this.#edges.simulation;
    // Nothing more once one has failed.
    if (this.#saving !== undefined || this.#failure !== undefined) return;
    if (nowMs - this.#savedMs < this.#edges.saveEveryMs) return;
    this.#savedMs = nowMs;
    this.#saving = this.#leased
      .renew(this.#work)
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#saving = undefined;
      });
  }
}

function after(work: Work, batch: readonly ModelRecord[], from: number): Work {
  const { counts } = work.part;
  const rejected = batch.filter(({ kind }) => kind === 'bad').length;
  const frontier = work.frontier + batch.length;
  const part = {
    ...emptyPart,
    counts: {
      ...counts,
      read: counts.read + batch.length,
      written: counts.written + batch.length - rejected,
      rejected: counts.rejected + rejected,
    },
    bytes: frontier - from,
  };
  return { frontier, acknowledged: work.acknowledged + batch.length, checkpoint: frontier, part };
}
