import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseJson } from '../../build/json.mjs';
import { pipelineEnv, startPipelineEndpoint } from '../pipeline/start.mjs';
import { here, projectPath } from '../places.mjs';
import { nowhere } from '../process/environment.mjs';
import { measured } from '../process/measured.mjs';
import { median } from '../process/median.mjs';
import { recordsFile } from '../records.mjs';
import { say } from '../report/say.mjs';
import { mustArrive, oneRun } from './one-run.mjs';

const times = 10;
const records = 1_000_000;
const fewRecords = 10;
const usualSeconds = 300;
/** So few that the work is handed over several times. */
const shortSeconds = 5;
const parallel = 4;

/** Of what the table received. */
const traceMs = 20;

const code = projectPath('dist/lambda/index.mjs');

/**
 * @typedef {object} FunctionStart
 * @property {number} zipBytes
 * @property {number} unpackedBytes
 * @property {number} readyMs from the start of the process until the handler is there, less what an empty process takes; a median
 * @property {number} emptyMs
 * @property {number} peakMb until then; a median
 * @property {number} emptyPeakMb
 *
 * @typedef {object} JobKind
 * @property {string} title
 * @property {number} records
 * @property {number} limitSeconds of an invocation
 * @property {number} parallel
 *
 * @typedef {object} JobRun the round that is the median by CPU seconds
 * @property {JobKind} kind
 * @property {number} invocations
 * @property {number} billedMs loading and invocations, each in whole ms
 * @property {number} cpuSeconds of the whole process
 * @property {number} peakMb
 * @property {number} pauseMs for which nothing was written, the median of as many longest times as there were invocations but one
 * @property {import('../pipeline/start.mjs').Asked} asked
 *
 * @typedef {object} FunctionResult
 * @property {number} rounds
 * @property {FunctionStart} start
 * @property {JobRun[]} jobs
 */

/** @type {JobKind[]} */
const kinds = [
  { title: 'one range', records, limitSeconds: usualSeconds, parallel: 1 },
  { title: `one range, ${shortSeconds} s for each invocation`, records, limitSeconds: shortSeconds, parallel: 1 },
  { title: `parallel: ${parallel}`, records, limitSeconds: usualSeconds, parallel },
  { title: `${fewRecords} records`, records: fewRecords, limitSeconds: usualSeconds, parallel: 1 },
];

/**
 * What the pipeline's function costs: its start, and jobs from the message of S3 to their end.
 * @param {readonly string[]} _more
 * @param {number} rounds
 * @returns {Promise<FunctionResult>}
 */
export async function measureFunction(_more, rounds) {
  const start = await measureStart();
  const jobs = [];
  for (const kind of kinds) {
    const runs = [];
    for (let round = 0; round < rounds; round++) runs.push(await oneJob(kind));
    runs.sort((a, b) => a.cpuSeconds - b.cpuSeconds);
    const run = /** @type {JobRun} */ (runs[runs.length >> 1]);
    jobs.push(run);
    const { GET, HEAD, PUT, LIST } = run.asked.s3;
    say(
      `  ${kind.title}: ${run.invocations} invocations, ${(run.billedMs / 1000).toFixed(1)} s, ${GET + HEAD} + ${PUT + LIST} requests of S3`,
    );
  }
  say(`  ${fewRecords} records:\n    ${jobs.at(-1)?.asked.sequence.join('\n    ') ?? ''}`);
  return { rounds, start, jobs };
}

/** @returns {Promise<FunctionStart>} */
async function measureStart() {
  /** @param {string[]} words */
  const ready = (words) =>
    measured(
      { words: [process.execPath, here('pipeline/ready.mjs'), ...words], env: pipelineEnv(nowhere) },
      { url: nowhere, authority: undefined },
    );
  const empty = [];
  const loaded = [];
  for (let time = 0; time < times; time++) {
    empty.push(await ready([]));
    loaded.push(await ready([pathToFileURL(code).href]));
  }
  /** @param {import('../process/measured.mjs').Used[]} runs */
  const wallMs = (runs) => median(runs.map(({ wallSeconds }) => wallSeconds * 1000));
  /** @param {import('../process/measured.mjs').Used[]} runs */
  const peakMb = (runs) => median(runs.map((run) => run.peakMb));
  const start = {
    zipBytes: statSync(projectPath('dist/lambda/function.zip')).size,
    unpackedBytes: statSync(code).size,
    readyMs: wallMs(loaded) - wallMs(empty),
    emptyMs: wallMs(empty),
    peakMb: peakMb(loaded),
    emptyPeakMb: peakMb(empty),
  };
  say(`  ready after ${start.readyMs.toFixed(0)} ms`);
  return start;
}

/**
 * @param {JobKind} kind
 * @returns {Promise<JobRun>}
 */
async function oneJob(kind) {
  const file = await recordsFile({ count: kind.records });
  const endpoint = await startPipelineEndpoint(file, kind.parallel > 1 ? { parallel: kind.parallel } : undefined);
  /** @type {import('./one-run.mjs').Run | undefined} */
  let run;
  /** @type {import('../pipeline/start.mjs').Asked | undefined} */
  let asked;
  try {
    run = await oneRun({ traceMs }, () => ({
      words: [process.execPath, here('pipeline/lambda.mjs'), String(kind.limitSeconds)],
      env: endpoint.env,
    }));
  } finally {
    asked = await endpoint.stop();
  }
  mustArrive(run, kind.records);
  const { initMs, invocationsMs } = /** @type {import('../pipeline/lambda.mjs').Lambda} */ (parseJson(run.lastLine));
  return {
    kind,
    invocations: invocationsMs.length,
    cpuSeconds: run.cpuSeconds,
    peakMb: run.peakMb,
    asked,
    pauseMs: median(pausesMs(run.received.trace).slice(0, invocationsMs.length - 1)),
    billedMs: [initMs, ...invocationsMs].reduce((sum, ms) => sum + Math.ceil(ms), 0),
  };
}

/**
 * Times for which nothing was written, the longest first.
 * @param {readonly number[]} trace
 */
function pausesMs(trace) {
  const pauses = [0];
  for (const items of trace) {
    if (items > 0) pauses.push(0);
    else pauses.push((pauses.pop() ?? 0) + traceMs);
  }
  return pauses.sort((a, b) => b - a);
}
