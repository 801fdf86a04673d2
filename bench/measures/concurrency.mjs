import { csv2ddbWords } from '../contenders/csv2ddb.mjs';
import { say } from '../report/say.mjs';
import { longFile } from './memory.mjs';
import { oneRun } from './one-run.mjs';

const latencyMs = 50;
const fixed = [16, 64, 128, 256, 512];
const traceMs = 100;
/** Seconds of each half, which are reported separately. */
const runSeconds = 20;
const half = runSeconds / 2;
/** Of the best fixed rate; what the default must reach in the first half. */
const goodShare = 0.7;

/**
 * @typedef {object} ConcurrencyRun
 * @property {string} concurrency the number, or `default`
 * @property {number} firstHalf records a second from the first write on
 * @property {number} secondHalf
 * @property {number} atHalf records a second in the last second of the first half
 * @property {number | undefined} goodAfterSeconds until a second's rate is 70 % of the best fixed one's second half
 * @property {number} connections open at once at most
 * @property {number} peakMb
 * @property {number} retries
 *
 * @typedef {object} ConcurrencyResult
 * @property {number} latencyMs
 * @property {number} half seconds
 * @property {number} goodShare
 * @property {ConcurrencyRun[]} runs
 */

/**
 * Measures the rate of csv2ddb over time at a distant endpoint, with fixed concurrency and with the default. Each run is
 * interrupted after 20 seconds.
 * @param {readonly string[]} more options of csv2ddb
 * @returns {Promise<ConcurrencyResult>}
 */
export async function measureConcurrency(more) {
  const file = await longFile();
  const runs = [];
  for (const concurrency of [...fixed, 'default']) {
    const option = concurrency === 'default' ? [] : ['--concurrency', String(concurrency)];
    const run = await oneRun({ latencyMs, traceMs }, ({ url }) => ({
      words: csv2ddbWords(file, url, [...option, ...more]),
      stopAfterSeconds: runSeconds + 1,
    }));
    runs.push({ concurrency: String(concurrency), run });
    const { firstHalf, secondHalf } = rates(run.received.trace);
    say(`  ${concurrency}: ${firstHalf.toFixed(0)} records/s in the first ${half} s, then ${secondHalf.toFixed(0)}`);
  }
  const best = Math.max(
    ...runs
      .filter(({ concurrency }) => concurrency !== 'default')
      .map(({ run }) => rates(run.received.trace).secondHalf),
  );
  return {
    latencyMs,
    half,
    goodShare,
    runs: runs.map(({ concurrency, run }) => ({
      concurrency,
      ...rates(run.received.trace),
      goodAfterSeconds: secondsUntil(run.received.trace, best * goodShare),
      connections: run.received.connections,
      peakMb: run.peakMb,
      retries: run.summary?.retries ?? 0,
    })),
  };
}

/** @param {readonly number[]} trace */
function rates(trace) {
  return {
    firstHalf: rate(trace, 0, half),
    secondHalf: rate(trace, half, runSeconds),
    atHalf: rate(trace, half - 1, half),
  };
}

/**
 * Records a second between two times.
 * @param {readonly number[]} trace
 * @param {number} fromSeconds
 * @param {number} toSeconds
 */
function rate(trace, fromSeconds, toSeconds) {
  const steps = trace.slice((fromSeconds * 1000) / traceMs, (toSeconds * 1000) / traceMs);
  return steps.reduce((sum, items) => sum + items, 0) / (toSeconds - fromSeconds);
}

/**
 * The end of the first second in which the rate is reached.
 * @param {readonly number[]} trace
 * @param {number} target
 */
function secondsUntil(trace, target) {
  const steps = 1000 / traceMs;
  for (let end = steps; end <= trace.length; end++) {
    if (rate(trace, end / steps - 1, end / steps) >= target) return end / steps;
  }
  return undefined;
}
