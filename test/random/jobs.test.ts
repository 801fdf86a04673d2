import { describe, expect, it } from 'vitest';
import { jobIdOf } from '../../src/jobs/state/identity.ts';
import { redriveJob } from '../../src/jobs/redrive.ts';
import type { JobState, JobSummary } from '../../src/jobs/state/job.ts';
import { Store } from '../../src/jobs/bucket/store.ts';
import { Cloud, noFaults, type ModelRecord, type Version } from '../helpers/jobs/cloud.ts';
import { Process } from '../helpers/jobs/process.ts';
import { Simulation } from '../helpers/jobs/simulation.ts';
import { below, pick, type Random } from '../helpers/random.ts';

const seeds = Number(process.env['CSV2DDB_TEST_JOBS_SEEDS'] ?? 300);
const firstSeed = Number(process.env['CSV2DDB_TEST_JOBS_FIRST'] ?? 1);
const minuteMs = 60_000;
const keys = ['import/a file.csv', 'import/ü+%2B.csv', 'import/c.csv'] as const;
const mostRejects = 3;

function recordsOf(key: string, version: number, parallel: number, chance: Random): ModelRecord[] {
  const count = chance() < 0.1 ? 0 : below(pick([10, 60, 200], chance), chance);
  const badShare = pick([0, 0, 0.02, 0.2], chance);
  const deadly = chance() < 0.15 ? below(count, chance) : -1;
  return Array.from({ length: count }, (_, index) => {
    const isBad = chance() < badShare;
    return {
      // Where ranges are loaded at the same time, keys are distinct.
      key: `${key} ${parallel > 1 ? index : below(20, chance)}`,
      value: `${version} ${index}`,
      kind: isBad ? 'bad' : index === deadly ? 'deadly' : 'good',
    } as const;
  });
}

/** A world with its faults, from the first file to the last ended job. */
class Story {
  readonly simulation: Simulation;
  readonly cloud: Cloud;
  readonly parallel: number;
  readonly #writeMs: number;
  /** A message was lost, or became a dead letter: then jobs may be left without one. */
  #mayBeForgotten = false;
  #processes: Process[] = [];
  #born = 0;

  constructor(seed: number) {
    const simulation = (this.simulation = new Simulation(seed));
    const { chance } = simulation;
    const isCalm = chance() < 0.1;
    this.parallel = pick([1, 1, 1, 2, 5], chance);
    this.cloud = new Cloud(
      simulation,
      isCalm
        ? { ...noFaults }
        : {
            lostAnswers: pick([0, 0.05, 0.2], chance),
            noAnswers: pick([0.001, 0.01, 0.03], chance),
            duplicates: pick([0, 0.05, 0.3], chance),
            lostMessages: pick([0, 0, 0.05], chance),
          },
    );
    this.#mayBeForgotten = this.cloud.faults.lostMessages > 0;
    this.#writeMs = pick([20, 1_000, 5_000], chance);
    const spanMs = pick([20_000, 2 * minuteMs, 5 * minuteMs], chance);
    const used = keys.slice(0, 1 + below(keys.length, chance));
    let version = 0;
    for (const key of used) {
      for (let n = 1 + below(4, chance); n > 0; n--) {
        simulation.after(simulation.between(0, spanMs), () => {
          this.cloud.putObject(key, recordsOf(key, version++, this.parallel, chance));
        });
      }
      if (chance() < 0.1) {
        simulation.after(simulation.between(0, 6 * minuteMs), () => {
          this.cloud.deleteObject(key);
        });
      }
    }
    for (let n = 1 + below(4, chance); n > 0; n--) this.#bear();
    const killEveryMs = isCalm ? Infinity : pick([5_000, 30_000, 3 * minuteMs], chance);
    this.#killOrFreeze(killEveryMs);
    // The dead are replaced; where nothing dies, nobody is.
    simulation.after(1_000, () => {
      this.#replaceTheDead();
    });
  }

  async run(): Promise<void> {
    await this.simulation.run(() => false, 20 * minuteMs);
    this.simulation.tell('faults cease');
    this.cloud.faults = { ...noFaults };
    await this.#untilAllEnd();
    for (const job of this.#failed()) {
      this.simulation.tell(`redrive ${job.slice(-6)}`);
      await this.#redrive(job);
    }
    await this.#untilAllEnd();
  }

  check(): void {
    expect(this.cloud.list('state/open/'), 'jobs that have not ended').toEqual([]);
    this.#checkOrder();
    this.#checkPrefixes();
    this.#checkSummaries();
    for (const key of keys) this.#checkNewest(key);
  }

  /** What `--until-empty` does: whatever message was lost is sent again. */
  async #untilAllEnd(): Promise<void> {
    const { cloud } = this;
    const areAllOver = (): boolean => cloud.isQueueEmpty && cloud.list('state/open/').length === 0;
    for (let n = 0; n < 40 && !areAllOver(); n++) {
      if (cloud.redriveDeadLetters() > 0) this.#mayBeForgotten = true;
      await this.simulation.run(areAllOver, 30 * minuteMs);
      if (cloud.hasDeadLetters) continue;
      if (!cloud.isQueueEmpty || areAllOver()) continue;
      if (!this.#mayBeForgotten) expect(this.#begun(), 'jobs that were left without a message').toEqual([]);
      cloud.sendForOpenJobs();
    }
  }

  /** Jobs that have not ended. A mark without one, or of one that has ended, was put by somebody who came late. */
  #begun(): string[] {
    const jobs = this.#jobs();
    const named = keys.map((key) => this.cloud.headOf(key)?.job).filter((id) => id !== undefined);
    const unbegun = named.filter((id) => !jobs.some((job) => job.id === id));
    return [...unbegun, ...jobs.filter((job) => !job.isPublished).map((job) => job.id)];
  }

  #failed(): string[] {
    return this.#jobs()
      .filter((job) => job.isPublished && job.stop?.kind === 'failed')
      .map((job) => job.id);
  }

  #jobs(): JobState[] {
    return [...this.cloud.state]
      .filter(([name]) => /^state\/jobs\/[^/]+\/job$/.test(name))
      .map(([, { body }]) => (JSON.parse(body) as { state: JobState }).state);
  }

  async #redrive(job: string): Promise<void> {
    const { cloud } = this;
    const bucket = {
      get: (key: string) => Promise.resolve(cloud.get(key)),
      put: (key: string, body: string, condition: Parameters<Cloud['put']>[2]) =>
        Promise.resolve(cloud.put(key, body, condition)),
      remove: () => Promise.resolve(),
      list: (prefix: string) => Promise.resolve(cloud.list(prefix)),
      head: (key: string) => Promise.resolve(cloud.object(key)?.object),
    };
    const queue = {
      send: (...message: Parameters<Cloud['send']>) => {
        cloud.send(...message);
        return Promise.resolve();
      },
    };
    let tokens = 0;
    const clock = {
      nowMs: () => this.simulation.nowMs,
      elapsedMs: () => this.simulation.nowMs,
      after: () => () => undefined,
    };
    await redriveJob({ bucket, queue, clock }, new Store(bucket, () => `redrive ${tokens++}`), job);
  }

  #bear(): void {
    const { chance } = this.simulation;
    const timeMs = pick([15_000, 40_000, 15 * minuteMs], chance);
    const kind =
      chance() < 0.5 ? ({ name: 'worker', timeMs: undefined } as const) : ({ name: 'function', timeMs } as const);
    const settings = {
      settings: { table: 'table', options: {} },
      parallel: this.parallel,
      maxErrors: { kind: 'count', count: mostRejects },
    } as const;
    const name = `${kind.name} ${++this.#born}`;
    const born = new Process(name, this.simulation, this.cloud, kind, settings, this.#writeMs);
    this.#processes.push(born);
    void born.work();
  }

  #killOrFreeze(everyMs: number): void {
    if (everyMs === Infinity) return;
    this.simulation.after(this.simulation.between(0, 2 * everyMs), () => {
      if (this.cloud.faults.noAnswers > 0) {
        const { chance } = this.simulation;
        const one = this.#processes[below(this.#processes.length, chance)];
        if (chance() < 0.5) one?.kill();
        else one?.freeze(this.simulation.between(1_000, 3 * minuteMs));
        this.#killOrFreeze(everyMs);
      }
    });
  }

  #replaceTheDead(): void {
    for (const dead of this.#processes.filter((one) => one.isDead)) {
      this.#processes = this.#processes.filter((one) => one !== dead);
      this.#bear();
    }
    this.simulation.after(this.simulation.between(100, 3_000), () => {
      this.#replaceTheDead();
    });
  }

  #versionsOf(key: string): Version[] {
    return this.cloud.versions.filter(({ object }) => object.key === key);
  }

  /** Once a newer version is being loaded, nothing of an older one comes. */
  #checkOrder(): void {
    for (const key of keys) {
      const ids = this.#versionsOf(key).map(({ object }) => jobIdOf(object));
      let newest = -1;
      for (const { job } of this.cloud.writes) {
        const at = ids.indexOf(job);
        if (at === -1) continue;
        expect(at, `a write of version ${at} of ${key} after one of version ${newest}`).toBeGreaterThanOrEqual(newest);
        newest = at;
      }
    }
  }

  /** In one range, what was written is the beginning of the file at any time. */
  #checkPrefixes(): void {
    if (this.parallel > 1) return;
    for (const { object, records } of this.cloud.versions) {
      const good = records.filter(({ kind }) => kind !== 'bad');
      let furthest = -1;
      for (const { job, record } of this.cloud.writes) {
        if (job !== jobIdOf(object)) continue;
        const at = good.indexOf(record);
        expect(at, `record ${record.value} after ${furthest}`).toBeLessThanOrEqual(furthest + 1);
        furthest = Math.max(furthest, at);
      }
    }
  }

  #checkSummaries(): void {
    const byRun = new Map<string, JobSummary>();
    for (const summary of this.cloud.published) {
      const run = `${summary.job} ${summary.run}`;
      expect(byRun.get(run) ?? summary, 'two summaries of one run').toEqual(summary);
      byRun.set(run, summary);
      const { read, written, rejected } = summary;
      expect(read).toBe(written + rejected);
    }
    for (const job of this.#jobs()) {
      expect(job.isPublished, `job ${job.id} has ended`).toBe(true);
      expect(byRun.has(`${job.id} ${job.run}`), `a summary of run ${job.run} of ${job.id}`).toBe(true);
    }
  }

  #checkNewest(key: string): void {
    const newest = this.#versionsOf(key).at(-1);
    if (newest === undefined) return;
    const { records, object } = newest;
    const summary = this.cloud.published.findLast(({ job }) => job === jobIdOf(object));
    const isDeleted = this.cloud.object(key) !== newest;
    if (summary === undefined && isDeleted) return;
    const bad = records.filter(({ kind }) => kind === 'bad').length;
    if (isDeleted && summary?.state === 'gone') return;
    if (bad > mostRejects && summary?.state === 'rejects') return;
    expect(summary, 'the summary of the newest').toMatchObject({
      state: 'done',
      read: records.length,
      written: records.length - bad,
      rejected: bad,
      exitStatus: bad > 0 ? 1 : 0,
    });
    const last = new Map(records.filter(({ kind }) => kind !== 'bad').map((record) => [record.key, record.value]));
    for (const [name, value] of last) expect(this.cloud.table.get(name), `item ${name}`).toBe(value);
  }
}

describe(`${seeds} stories of jobs, from seed ${firstSeed}`, () => {
  const groups = Math.min(20, seeds);
  it.each(Array.from({ length: groups }, (_, group) => group))(
    'end well, group %i',
    async (group) => {
      for (let seed = firstSeed + group; seed < firstSeed + seeds; seed += groups) {
        const story = new Story(seed);
        try {
          await story.run();
          story.check();
        } catch (error) {
          const shown = story.simulation.history.slice(-400).join('\n');
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n${shown}`);
        }
      }
    },
    600_000,
  );
});
