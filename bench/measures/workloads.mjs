import { median } from '../process/median.mjs';
import { recordsFile } from '../records.mjs';
import { say } from '../report/say.mjs';
import { arrived, oneRun } from './one-run.mjs';
import { howMany } from './how-many.mjs';

/** Few enough that what is measured is the start of the process. */
const fewRecords = 25;
const million = 1_000_000;

/**
 * @typedef {object} Round
 * @property {number} wallSeconds
 * @property {number} cpuSeconds
 * @property {number} peakMb
 * @property {number} endpointCpuSeconds
 * @property {number} requests
 * @property {number} bodyBytes of them all
 * @property {number} connections
 *
 * @typedef {object} Standing what one contender did in one workload
 * @property {string} name
 * @property {string} title
 * @property {string | undefined} version
 * @property {string} [leftOut] why there are no figures
 * @property {Figures} [figures]
 *
 * @typedef {object} Figures medians, scaled to `scaledTo` records, the start of the process counted once
 * @property {number} records of each run
 * @property {number} recordsPerSecond
 * @property {number} recordsPerCpuSecond
 * @property {number} cpuSecondsPerMillion
 * @property {number} peakMb
 * @property {string} arrived
 * @property {{ cpuSeconds: number, wallSeconds: number }} start
 * @property {Round[]} rounds
 *
 * @typedef {object} WorkloadResult
 * @property {import('../options.mjs').Workload} workload
 * @property {number} scaledTo records
 * @property {Standing[]} standings
 */

/**
 * Runs each contender in turn, `rounds` times, into an endpoint that does nothing.
 * @param {import('../options.mjs').Workload} workload
 * @param {readonly import('../contenders/list.mjs').Found[]} found
 * @param {import('../options.mjs').Options} options
 * @returns {Promise<WorkloadResult>}
 */
export async function compare(workload, found, options) {
  const scaledTo = options.records ?? million;
  const entries = found.map((one) => ({ ...one, leftOut: reasonToLeaveOut(one, workload), ...nothingYet() }));
  const racing = () => entries.filter(({ leftOut }) => leftOut === undefined);
  for (const entry of racing()) {
    await orLeaveOut(entry, async () => {
      entry.starts = [await run(entry, workload, fewRecords, options.more)];
      entry.records = await howMany(entry.contender, workload, options, async (count) => {
        const pilot = await run(entry, workload, count, options.more);
        return pilot.wallSeconds - (entry.starts[0]?.wallSeconds ?? 0);
      });
    });
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const entry of racing()) {
      await orLeaveOut(entry, async () => {
        if (round > 1) entry.starts.push(await run(entry, workload, fewRecords, options.more));
        const one = await run(entry, workload, entry.records, options.more);
        entry.rounds.push(one);
        say(
          `  round ${round}, ${entry.contender.name}: ${entry.records} records, ${one.wallSeconds.toFixed(2)} s, ` +
            `${one.cpuSeconds.toFixed(2)} CPU s, ${one.peakMb.toFixed(0)} MB`,
        );
      });
    }
  }
  const standings = entries.map((entry) => {
    const { name, title } = entry.contender;
    const standing = { name, title, version: entry.version };
    return entry.leftOut === undefined
      ? { ...standing, figures: figuresOf(entry, scaledTo) }
      : { ...standing, leftOut: entry.leftOut };
  });
  return { workload, scaledTo, standings };
}

/**
 * @typedef {import('../contenders/list.mjs').Found & ReturnType<typeof nothingYet> & { leftOut: string | undefined }} Entry
 */

function nothingYet() {
  return {
    records: 0,
    starts: /** @type {import('./one-run.mjs').Run[]} */ ([]),
    rounds: /** @type {import('./one-run.mjs').Run[]} */ ([]),
  };
}

/**
 * @param {import('../contenders/list.mjs').Found} found
 * @param {import('../options.mjs').Workload} workload
 */
function reasonToLeaveOut({ contender, missing }, { protocol }) {
  if (missing !== undefined) return missing;
  return contender.protocols.includes(protocol) ? undefined : contender.protocolReason;
}

/**
 * A peer that fails is left out from there on; csv2ddb must not fail.
 * @param {Entry} entry
 * @param {() => Promise<void>} work
 */
async function orLeaveOut(entry, work) {
  try {
    await work();
  } catch (error) {
    if (entry.contender.name === 'csv2ddb') throw error;
    entry.leftOut = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
  }
}

/**
 * @param {Entry} entry
 * @param {import('../options.mjs').Workload} workload
 * @param {number} count
 * @param {readonly string[]} more
 */
async function run({ contender }, { bytes, latencyMs, protocol }, count, more) {
  const file = await recordsFile({ count, bytes, format: contender.format ?? 'csv' });
  const options = { latencyMs, https: protocol === 'https', port: contender.port ?? 0 };
  return oneRun(options, (endpoint) => contender.command(file, endpoint, more));
}

/**
 * @param {Entry} entry
 * @param {number} scaledTo
 * @returns {Figures}
 */
function figuresOf({ contender, records, starts, rounds }, scaledTo) {
  const said = rounds.map(({ received }) => arrived(received, records));
  const wrong = said.find((words) => words !== 'each once');
  if (wrong !== undefined && contender.name === 'csv2ddb') throw new Error(`csv2ddb: of ${records} records ${wrong}`);
  const start = {
    cpuSeconds: median(starts.map(({ cpuSeconds }) => cpuSeconds)),
    wallSeconds: median(starts.map(({ wallSeconds }) => wallSeconds)),
  };
  const scale = scaledTo / records;
  /** @param {'cpuSeconds' | 'wallSeconds'} measure */
  const scaled = (measure) => {
    const whole = median(rounds.map((round) => round[measure]));
    return scale === 1 ? whole : (whole - start[measure]) * scale + start[measure];
  };
  const cpuSeconds = scaled('cpuSeconds');
  return {
    records,
    recordsPerSecond: Math.round(scaledTo / scaled('wallSeconds')),
    recordsPerCpuSecond: Math.round(scaledTo / cpuSeconds),
    cpuSecondsPerMillion: (cpuSeconds / scaledTo) * million,
    peakMb: median(rounds.map(({ peakMb }) => peakMb)),
    arrived: wrong ?? 'each once',
    start,
    rounds: rounds.map(({ wallSeconds, cpuSeconds: cpu, peakMb, received }) => ({
      wallSeconds,
      cpuSeconds: cpu,
      peakMb,
      endpointCpuSeconds: received.cpuSeconds,
      requests: received.requests,
      bodyBytes: received.bytes,
      connections: received.connections,
    })),
  };
}
