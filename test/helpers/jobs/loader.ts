import { zeroTotals } from '../../../src/pipeline/state/totals.ts';
import { toFailure } from '../../../src/pipeline/state/failure.ts';
import type { TaskProgress } from '../../../src/pipeline/state/task.ts';
import type { TaskResult, LeasedTask } from '../../../src/pipeline/jobs/ports.ts';
import type { Cloud, ModelRecord, ModelVersion, Writer } from './cloud.ts';
import type { Simulation } from './simulation.ts';

/** Maximum number of rejected records in a job. */
export const maxRejects = 3;

/** What a loader uses of the process that it runs in. */
export interface LoaderDependencies {
  readonly simulation: Simulation;
  readonly cloud: Cloud;
  readonly saveEveryMs: number;
  ask<T>(request: string, perform: () => T, extraMs?: number): Promise<T>;
  sleep(ms: number): Promise<void>;
  kill(): void;
  /** Maximum time of a batch write. */
  readonly writeMs: number;
  /** Until this time, DynamoDB throttles every write. */
  readonly throttledUntilMs: number;
}

/** A model of `load`: it writes batches, saves checkpoints while it writes, and stops when the signal aborts. */
export class ModelLoader {
  readonly #dependencies: LoaderDependencies;
  readonly #leased: LeasedTask;
  readonly #writer: Writer;
  #version: ModelVersion | undefined;
  #work: TaskProgress;
  #saving: Promise<void> | undefined;
  #savedMs: number;
  #failure: Error | undefined;

  constructor(leased: LeasedTask, edges: LoaderDependencies) {
    this.#dependencies = edges;
    this.#leased = leased;
    this.#work = leased.task.work;
    this.#writer = { job: leased.job.id, task: leased.name, owner: leased.task.lease?.owner ?? '' };
    this.#savedMs = edges.simulation.nowMs;
  }

  async load(): Promise<TaskResult> {
    const { tasks } = this.#dependencies.cloud.invariants;
    tasks.begin(this.#writer);
    let ended: TaskResult;
    try {
      ended = await this.#loadBatches();
    } catch (error) {
      ended = { kind: 'failed', work: this.#work, why: toFailure(error) };
    }
    await this.#saving;
    tasks.end(this.#writer, ended);
    return ended;
  }

  async #loadBatches(): Promise<TaskResult> {
    const { stop, job, task } = this.#leased;
    const { cloud, simulation } = this.#dependencies;
    if (job.settings === null) throw new Error('job has no settings');
    for (;;) {
      const work = this.#work;
      if (this.#failure !== undefined) throw this.#failure;
      // Records that were read ahead remain available after a newer version replaces the object.
      if (this.#version === undefined || simulation.chance() < 0.05) {
        this.#version = await this.#dependencies.ask('read', () => cloud.read(job.object));
      }
      if (this.#version === undefined) {
        return {
          kind: 'changed',
          work,
          why: { code: 'SOURCE_CHANGED', message: 'the object does not exist', hint: null },
        };
      }
      if (stop.aborted) return { kind: 'stopped', work };
      const { records } = this.#version;
      const end = Math.min(task.to ?? records.length, work.frontier + 1 + Math.floor(simulation.chance() * 8));
      const batch = records.slice(work.frontier, end);
      if (batch.length === 0) return { kind: 'done', work };
      if (cloud.hasFaults && batch.some(({ kind }) => kind === 'deadly')) return this.#meetDeadlyRecord();
      const isWritten = await this.#write(batch);
      if (isWritten) {
        this.#work = advance(work, batch, task.from);
        const hasRejected = batch.some(({ kind }) => kind === 'bad');
        if (hasRejected && this.#work.part.counts.rejected > maxRejects) {
          const why = { code: 'TOO_MANY_ERRORS', message: 'too many rejected records', hint: null } as const;
          return { kind: 'too many rejects', work: this.#work, why };
        }
      }
      this.#saveWhenDue();
    }
  }

  async #meetDeadlyRecord(): Promise<TaskResult> {
    const chance = this.#dependencies.simulation.chance();
    if (chance < 0.5) this.#dependencies.kill();
    await this.#dependencies.sleep(1);
    const work = this.#work;
    if (chance < 0.75)
      return { kind: 'failed', work, why: { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } };
    return { kind: 'hopeless', work, why: { code: 'UNCLOSED_QUOTE', message: 'a quote never closes', hint: null } };
  }

  /** Returns whether the write was acknowledged. */
  async #write(batch: readonly ModelRecord[]): Promise<boolean> {
    const { simulation, cloud, writeMs, throttledUntilMs } = this.#dependencies;
    if (simulation.nowMs < throttledUntilMs) {
      await this.#dependencies.sleep(simulation.between(1_000, 8_000));
      return false;
    }
    const write = (): void => {
      cloud.write(this.#writer, batch);
    };
    return this.#dependencies.ask('write', write, simulation.between(1, writeMs)).then(
      () => true,
      () => false,
    );
  }

  #saveWhenDue(): void {
    const { nowMs } = this.#dependencies.simulation;
    // After a failed save, no other is started.
    if (this.#saving !== undefined || this.#failure !== undefined) return;
    if (nowMs - this.#savedMs < this.#dependencies.saveEveryMs) return;
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

function advance(work: TaskProgress, batch: readonly ModelRecord[], from: number): TaskProgress {
  const { counts } = work.part;
  const rejected = batch.filter(({ kind }) => kind === 'bad').length;
  const frontier = work.frontier + batch.length;
  const part = {
    ...zeroTotals,
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
