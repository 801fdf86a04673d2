import { openFolder } from '../../../src/pipeline/bucket/keys.ts';
import type { JobState } from '../../../src/pipeline/state/job.ts';
import { below } from '../random.ts';
import { Cloud, type ModelRecord } from './cloud.ts';
import { mostRejects } from './loader.ts';
import type { Act, Aim, Plan } from './plan.ts';
import { Process, type Conditions, type Kind } from './process.ts';
import { describe } from './queue.ts';
import type { Simulation } from './simulation.ts';
import { read } from '../../../src/pipeline/queue/messages.ts';

const minuteMs = 60_000;
const mostVersions = 12;
const mostRedrives = 4;

/** A world with its faults, from the first file to the last ended job. */
export class Story {
  readonly simulation: Simulation;
  readonly plan: Plan;
  readonly cloud: Cloud;
  readonly #conditions: Conditions;
  #processes: Process[] = [];
  #born = 0;
  #redrives = 0;
  /** Somebody may have died, or got no answer. */
  #hasTrouble: boolean;

  constructor(simulation: Simulation, plan: Plan) {
    this.simulation = simulation;
    this.plan = plan;
    this.cloud = new Cloud(simulation, plan.faults, plan.isVersioned);
    this.#hasTrouble = plan.faults.noAnswers > 0;
    this.#conditions = {
      settings: {
        settings: { table: 'table', options: {} },
        parallel: plan.parallel,
        maxErrors: { kind: 'count', count: mostRejects },
      },
      unsettledShare: plan.unsettledShare,
      writeMs: plan.writeMs,
      workerSaveMs: plan.workerSaveMs,
      functionSaveMs: plan.functionSaveMs,
      throttledUntilMs: simulation.nowMs + plan.throttledUntilMs,
      disturb: this.#disturb.bind(this),
      died: this.#replace.bind(this),
    };
    for (const key of plan.keys) this.#planPuts(key);
    for (let n = 0; n < plan.processes; n++) this.#bear();
    this.#nowAndThen(plan.killEveryMs, () => {
      this.#killOrFreeze();
    });
    this.#nowAndThen(plan.redriveEveryMs, () => {
      this.#redriveOne();
    });
  }

  async run(): Promise<void> {
    const { simulation, cloud } = this;
    await simulation.run(() => false, this.plan.spanMs);
    await simulation.run(() => this.#areAllOver(), this.plan.faultsMs);
    simulation.tell('faults cease');
    cloud.endFaults();
    // What is on its way from before lands.
    await simulation.run(() => false, 3 * minuteMs);
    await this.#untilAllEnd();
    for (const { id, stop, run, isPublished } of this.jobs()) {
      // Whoever wanted another run, and was told that it failed, says so again.
      const isHalfBegun = run > 1 && !isPublished && cloud.queue.hasLost;
      if (stop?.kind === 'failed' || isHalfBegun) this.#redrive(id);
    }
    await simulation.run(() => false, minuteMs);
    await this.#untilAllEnd();
  }

  jobs(): JobState[] {
    const { cloud } = this;
    const names = cloud.list('state/jobs/').filter((name) => name.endsWith('/job'));
    return names.map((name) => cloud.state<JobState>(name)).filter((job) => job !== undefined);
  }

  #areAllOver(): boolean {
    return this.cloud.queue.isEmpty && this.cloud.list(openFolder).length === 0;
  }

  async #untilAllEnd(): Promise<void> {
    const { cloud, simulation } = this;
    for (let n = 0; n < 10; n++) {
      this.#sendLostEvents();
      if (this.#areAllOver()) return;
      await simulation.run(() => this.#areAllOver() || cloud.queue.isEmpty, 30 * minuteMs);
      if (this.#areAllOver() || !cloud.queue.isEmpty || cloud.queue.deadLetters.length > 0) continue;
      // No event says that an object, or a version, was deleted: whoever finds that out may die before it sends a message.
      const mayBeLeft = cloud.queue.hasLost || (cloud.hasDeleted && this.#hasTrouble);
      const left = mayBeLeft ? [] : this.#begun();
      if (left.length > 0) throw new Error(`jobs that were left without a message: ${left.join()}`);
      void this.#create({ name: 'operator', timeMs: undefined }).rouse();
      await simulation.run(() => false, minuteMs);
    }
  }

  /** Of dead letters only those are needed that nobody came to look at even once: all others are thrown away. */
  #sendLostEvents(): void {
    const { cloud, simulation } = this;
    for (const body of cloud.queue.deadLetters.splice(0)) {
      const said = read(body);
      for (const { key } of 'put' in said ? said.put : []) {
        const newest = cloud.newest(key);
        if (newest === undefined || cloud.headOf(key)?.job === newest.job) continue;
        simulation.tell(`again ${describe(body)}`);
        cloud.sendEvent(key, 0);
      }
    }
  }

  /** Jobs that have not ended. A mark without one, or of one that has ended, was put by somebody who came late. */
  #begun(): string[] {
    const jobs = this.jobs();
    const named = this.plan.keys.map((key) => this.cloud.headOf(key)?.job).filter((id) => id !== undefined);
    const unbegun = named.filter((id) => !jobs.some((job) => job.id === id));
    return [...unbegun, ...jobs.filter((job) => !job.isPublished).map((job) => job.id)];
  }

  #planPuts(key: string): void {
    const { simulation, plan } = this;
    simulation.after(simulation.between(0, 1_000), () => {
      this.#put(key);
    });
    for (let n = 1; n < plan.puts; n++) {
      simulation.after(simulation.between(0, plan.spanMs), () => {
        this.#put(key);
      });
    }
    if (simulation.chance() < plan.deleteShare) {
      simulation.after(simulation.between(0, 6 * minuteMs), () => {
        this.#delete(key);
      });
    }
  }

  #put(key: string): void {
    const { cloud, simulation, plan } = this;
    if (cloud.versions.length >= mostVersions) return;
    cloud.putObject(key, this.#recordsOf(key), simulation.between(0, plan.eventMs));
  }

  #delete(key: string): void {
    if (this.cloud.isVersioned) this.cloud.deleteNewestVersion(key);
    else this.cloud.deleteObject(key);
  }

  #recordsOf(key: string): ModelRecord[] {
    const { chance } = this.simulation;
    const { mostRecords, badShares, deadlyShare, parallel } = this.plan;
    const most = mostRecords[below(mostRecords.length, chance)] ?? 0;
    const count = chance() < 0.1 ? 0 : below(most, chance);
    const badShare = badShares[below(badShares.length, chance)] ?? 0;
    const deadly = chance() < deadlyShare ? below(count, chance) : -1;
    const version = this.cloud.versions.length;
    return Array.from({ length: count }, (_, index) => ({
      index,
      // Where ranges are loaded at the same time, keys are distinct.
      key: `${key} ${parallel > 1 ? index : below(20, chance)}`,
      value: `${version} ${index}`,
      kind: chance() < badShare ? 'bad' : index === deadly ? 'deadly' : 'good',
    }));
  }

  #bear(): void {
    const { chance } = this.simulation;
    const { functionTimesMs } = this.plan;
    const timeMs = functionTimesMs[below(functionTimesMs.length, chance)];
    const born =
      chance() < 0.5 ? this.#create({ name: 'worker', timeMs: undefined }) : this.#create({ name: 'function', timeMs });
    this.#processes.push(born);
    void born.work();
  }

  #create(kind: Kind): Process {
    return new Process(`${kind.name} ${++this.#born}`, this.simulation, this.cloud, kind, this.#conditions);
  }

  /** One that has died is replaced a little later. */
  #replace(dead: Process): void {
    this.#hasTrouble = true;
    // Messages that somebody wanted to send are not sent.
    if (!this.#processes.includes(dead)) this.cloud.queue.hasLost = true;
    if (!this.#processes.includes(dead)) return;
    this.#processes = this.#processes.filter((one) => one !== dead);
    this.simulation.after(this.simulation.between(100, 3_000), () => {
      this.#bear();
    });
  }

  #nowAndThen(everyMs: number, call: () => void): void {
    if (everyMs === Infinity) return;
    this.simulation.after(this.simulation.between(0, 2 * everyMs), () => {
      if (!this.cloud.areFaultsOn) return;
      call();
      this.#nowAndThen(everyMs, call);
    });
  }

  #killOrFreeze(): void {
    const { chance } = this.simulation;
    const one = this.#processes[below(this.#processes.length, chance)];
    if (chance() < 0.5) one?.kill();
    else one?.freeze(this.simulation.between(1_000, 3 * minuteMs));
  }

  #redriveOne(): void {
    const { chance } = this.simulation;
    if (this.#redrives++ >= mostRedrives) return;
    const jobs = this.jobs();
    const ended = jobs.filter(({ isPublished }) => isPublished);
    const among = ended.length > 0 && chance() < 0.8 ? ended : jobs;
    const job = among[below(among.length, chance)];
    if (job !== undefined) this.#redrive(job.id);
  }

  #redrive(job: string): void {
    void this.#create({ name: 'operator', timeMs: undefined }).redrive(job);
  }

  /** @returns ms by which the request is late */
  #disturb(when: Aim['when'], what: string, process: Process): number {
    if (!this.cloud.areFaultsOn || process.isDead) return 0;
    let lateMs = 0;
    for (const aim of this.plan.aims) {
      if (aim.left === 0 || aim.when !== when || !aim.at.test(what) || this.simulation.chance() >= aim.share) continue;
      aim.left--;
      this.simulation.tell(`${aim.acts.join(' and ')} as ${process.name} asks to ${what}`);
      for (const act of aim.acts) lateMs += this.#act(act, aim, process);
    }
    return lateMs;
  }

  #act(act: Act, { freezeMs }: Aim, process: Process): number {
    const { simulation, plan } = this;
    const key = plan.keys[0] ?? '';
    switch (act) {
      case 'put':
        this.#put(key);
        return 0;
      case 'delete':
        this.#delete(key);
        return 0;
      case 'redrive':
        this.#redriveOne();
        return 0;
      case 'kill':
        process.kill();
        return 0;
      case 'freeze':
        process.freeze(simulation.between(...freezeMs));
        return 0;
      case 'late':
        return simulation.between(1_000, 5_000);
    }
  }
}
