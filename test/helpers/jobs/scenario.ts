import { openJobsFolder } from '../../../src/pipeline/bucket/keys.ts';
import type { JobState } from '../../../src/pipeline/state/job.ts';
import { below } from '../random.ts';
import { Cloud, type ModelRecord } from './cloud.ts';
import { maxRejects } from './loader.ts';
import type { FaultAction, TargetedFault, Plan } from './plan.ts';
import { Process, type ScenarioSettings, type ProcessKind } from './process.ts';
import { formatBody } from './queue.ts';
import type { Simulation } from './simulation.ts';
import { parseMessage } from '../../../src/pipeline/queue/messages.ts';

const minuteMs = 60_000;
const maxVersions = 12;
const maxRedrives = 4;

/** A simulated scenario with faults, from the first upload to the end of the last job. */
export class Scenario {
  readonly simulation: Simulation;
  readonly plan: Plan;
  readonly cloud: Cloud;
  readonly #conditions: ScenarioSettings;
  #processes: Process[] = [];
  #processCount = 0;
  #redrives = 0;
  /** Whether a process may have died or missed a response. */
  #mayHaveFailed: boolean;

  constructor(simulation: Simulation, plan: Plan) {
    this.simulation = simulation;
    this.plan = plan;
    this.cloud = new Cloud(simulation, plan.faults, plan.isVersioned);
    this.#mayHaveFailed = plan.faults.missingResponses > 0;
    this.#conditions = {
      settings: {
        settings: { table: 'table', options: {} },
        parallel: plan.parallel,
        maxErrors: { kind: 'count', count: maxRejects },
      },
      invalidSettingsShare: plan.invalidSettingsShare,
      writeMs: plan.writeMs,
      workerSaveMs: plan.workerSaveMs,
      functionSaveMs: plan.functionSaveMs,
      throttledUntilMs: simulation.nowMs + plan.throttledUntilMs,
      injectFaults: this.#injectFaults.bind(this),
      onDeath: this.#replace.bind(this),
    };
    for (const key of plan.keys) this.#planPuts(key);
    for (let n = 0; n < plan.processes; n++) this.#startProcess();
    this.#repeat(plan.killEveryMs, () => {
      this.#killOrFreeze();
    });
    this.#repeat(plan.redriveEveryMs, () => {
      this.#redriveOne();
    });
  }

  async run(): Promise<void> {
    const { simulation, cloud } = this;
    await simulation.run(() => false, this.plan.spanMs);
    await simulation.run(() => this.#isIdle(), this.plan.faultsMs);
    simulation.log('faults end');
    cloud.endFaults();
    // Delayed requests of the faulty period take effect.
    await simulation.run(() => false, 3 * minuteMs);
    await this.#runUntilIdle();
    for (const { id, stop, run, isPublished } of this.jobs()) {
      // A caller repeats a redrive that failed.
      const isHalfBegun = run > 1 && !isPublished && cloud.queue.hasLost;
      if (stop?.kind === 'failed' || isHalfBegun) this.#redrive(id);
    }
    await simulation.run(() => false, minuteMs);
    await this.#runUntilIdle();
  }

  jobs(): JobState[] {
    const { cloud } = this;
    const names = cloud.list('state/jobs/').filter((name) => name.endsWith('/job'));
    return names.map((name) => cloud.state<JobState>(name)).filter((job) => job !== undefined);
  }

  #isIdle(): boolean {
    return this.cloud.queue.isEmpty && this.cloud.list(openJobsFolder).length === 0;
  }

  async #runUntilIdle(): Promise<void> {
    const { cloud, simulation } = this;
    for (let n = 0; n < 10; n++) {
      this.#sendLostEvents();
      if (this.#isIdle()) return;
      await simulation.run(() => this.#isIdle() || cloud.queue.isEmpty, 30 * minuteMs);
      if (this.#isIdle() || !cloud.queue.isEmpty || cloud.queue.deadLetters.length > 0) continue;
      // S3 sends no event for a deletion. The process that detects one may die before it sends a message.
      const mayLackMessage = cloud.queue.hasLost || (cloud.hasDeleted && this.#mayHaveFailed);
      const left = mayLackMessage ? [] : this.#unfinishedJobs();
      if (left.length > 0) throw new Error(`jobs without a message: ${left.join()}`);
      void this.#create({ name: 'operator', timeMs: undefined }).resendOpenJobs();
      await simulation.run(() => false, minuteMs);
    }
  }

  /** Sends the S3 events again that became dead letters before a job began. Discards all other dead letters. */
  #sendLostEvents(): void {
    const { cloud, simulation } = this;
    for (const body of cloud.queue.deadLetters.splice(0)) {
      const parsed = parseMessage(body);
      for (const { key } of 'put' in parsed ? parsed.put : []) {
        const newest = cloud.newest(key);
        if (newest === undefined || cloud.headOf(key)?.job === newest.job) continue;
        simulation.log(`resends ${formatBody(body)}`);
        cloud.sendEvent(key, 0);
      }
    }
  }

  /** IDs of jobs that have not ended. An open mark without such a job was put by a delayed process, and is ignored. */
  #unfinishedJobs(): string[] {
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
    if (cloud.versions.length >= maxVersions) return;
    cloud.putObject(key, this.#recordsOf(key), simulation.between(0, plan.eventMs));
  }

  #delete(key: string): void {
    if (this.cloud.isVersioned) this.cloud.deleteNewestVersion(key);
    else this.cloud.deleteObject(key);
  }

  #recordsOf(key: string): ModelRecord[] {
    const { chance } = this.simulation;
    const { maxRecords, badShares, deadlyShare, parallel } = this.plan;
    const most = maxRecords[below(maxRecords.length, chance)] ?? 0;
    const count = chance() < 0.1 ? 0 : below(most, chance);
    const badShare = badShares[below(badShares.length, chance)] ?? 0;
    const deadly = chance() < deadlyShare ? below(count, chance) : -1;
    const version = this.cloud.versions.length;
    return Array.from({ length: count }, (_, index) => ({
      index,
      // Ranges that are loaded in parallel must not share keys.
      key: `${key} ${parallel > 1 ? index : below(20, chance)}`,
      value: `${version} ${index}`,
      kind: chance() < badShare ? 'bad' : index === deadly ? 'deadly' : 'good',
    }));
  }

  #startProcess(): void {
    const { chance } = this.simulation;
    const { functionTimesMs } = this.plan;
    const timeMs = functionTimesMs[below(functionTimesMs.length, chance)];
    const born =
      chance() < 0.5 ? this.#create({ name: 'worker', timeMs: undefined }) : this.#create({ name: 'function', timeMs });
    this.#processes.push(born);
    void born.work();
  }

  #create(kind: ProcessKind): Process {
    return new Process(`${kind.name} ${++this.#processCount}`, this.simulation, this.cloud, kind, this.#conditions);
  }

  /** Starts another process shortly after one has died. */
  #replace(dead: Process): void {
    this.#mayHaveFailed = true;
    // An operation that died did not send its messages.
    if (!this.#processes.includes(dead)) this.cloud.queue.hasLost = true;
    if (!this.#processes.includes(dead)) return;
    this.#processes = this.#processes.filter((one) => one !== dead);
    this.simulation.after(this.simulation.between(100, 3_000), () => {
      this.#startProcess();
    });
  }

  #repeat(everyMs: number, call: () => void): void {
    if (everyMs === Infinity) return;
    this.simulation.after(this.simulation.between(0, 2 * everyMs), () => {
      if (!this.cloud.hasFaults) return;
      call();
      this.#repeat(everyMs, call);
    });
  }

  #killOrFreeze(): void {
    const { chance } = this.simulation;
    const one = this.#processes[below(this.#processes.length, chance)];
    if (chance() < 0.5) one?.kill();
    else one?.freeze(this.simulation.between(1_000, 3 * minuteMs));
  }

  /** Sends a message for each job that has not ended, to be received by any process. */
  #sendMessages(): void {
    for (const { id: job, object, isPublished } of this.jobs()) {
      if (!isPublished) this.cloud.queue.send({ job, key: object.key, task: undefined }, 0);
    }
  }

  #redriveOne(): void {
    const { chance } = this.simulation;
    if (this.#redrives++ >= maxRedrives) return;
    const jobs = this.jobs();
    const ended = jobs.filter(({ isPublished }) => isPublished);
    const among = ended.length > 0 && chance() < 0.8 ? ended : jobs;
    const job = among[below(among.length, chance)];
    if (job !== undefined) this.#redrive(job.id);
  }

  #redrive(job: string): void {
    void this.#create({ name: 'operator', timeMs: undefined }).redrive(job);
  }

  /** @returns ms by which the request is delayed. */
  #injectFaults(when: TargetedFault['when'], request: string, process: Process): number {
    if (!this.cloud.hasFaults || process.isDead) return 0;
    let delayMs = 0;
    for (const fault of this.plan.targetedFaults) {
      if (
        fault.remaining === 0 ||
        fault.when !== when ||
        !fault.request.test(request) ||
        this.simulation.chance() >= fault.probability
      )
        continue;
      fault.remaining--;
      this.simulation.log(`${fault.actions.join(' and ')} as ${process.name} requests ${request}`);
      for (const action of fault.actions) delayMs += this.#applyAction(action, fault, process);
    }
    return delayMs;
  }

  #applyAction(action: FaultAction, { freezeMs }: TargetedFault, process: Process): number {
    const { simulation, plan } = this;
    const key = plan.keys[0] ?? '';
    switch (action) {
      case 'put':
        this.#put(key);
        return 0;
      case 'delete':
        this.#delete(key);
        return 0;
      case 'redrive':
        this.#redriveOne();
        return 0;
      case 'rival':
        this.#sendMessages();
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
