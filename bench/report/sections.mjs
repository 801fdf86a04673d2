import { comparisonHeads, comparisonRows, workloadTitle } from './comparison.mjs';
import { originText } from './machine.mjs';
import { dialectsSection } from './dialects-section.mjs';
import { cuttingSection, functionSections } from './pipeline-sections.mjs';
import { head } from './section.mjs';
import { grouped, percent, times } from './table.mjs';

/** @typedef {import('./section.mjs').Section} Section */

/**
 * @param {import('./results.mjs').Results['workloads'][string]} result
 * @returns {Section}
 */
export function comparisonSection(result) {
  const { rows, notes } = comparisonRows(result);
  return {
    name: 'workloads',
    title: `${workloadTitle(result.workload)}, ${grouped(result.scaledTo)} records`,
    from: originText(result.origin),
    command: result.origin.command,
    heads: comparisonHeads,
    rows,
    notes,
  };
}

/**
 * Everything that was measured, in the order of the page.
 * @param {import('./results.mjs').Results} results
 * @returns {Section[]}
 */
export function sections(results) {
  const { start, memory, concurrency, throttled, dialects, cutting, function: ofFunction, flame } = results;
  const compared = Object.values(results.workloads)
    .sort((a, b) => order(a.workload) - order(b.workload))
    .map(comparisonSection);
  return [
    ...compared,
    ...(start === undefined ? [] : [startSection(start)]),
    ...(memory === undefined ? [] : [memorySection(memory)]),
    ...(concurrency === undefined ? [] : [concurrencySection(concurrency)]),
    ...(throttled === undefined ? [] : [throttledSection(throttled), sortedSection(throttled)]),
    ...(dialects === undefined ? [] : [dialectsSection(dialects)]),
    ...(cutting === undefined ? [] : [cuttingSection(cutting)]),
    ...(ofFunction === undefined ? [] : functionSections(ofFunction)),
    ...(flame === undefined ? [] : [flameSection(flame)]),
  ];
}

/** @param {import('../options.mjs').Workload} workload */
const order = ({ bytes, latencyMs, protocol }) =>
  (protocol === 'https' ? 1e6 : 0) + (bytes === 120 ? 0 : 1e5) + latencyMs;

/** @param {NonNullable<import('./results.mjs').Results['start']>} start */
function startSection(start) {
  /** @param {string} until @param {number} ms @returns {string[]} */
  const row = (until, ms) => [until, ms.toFixed(0), times(ms / start.nodeMs)];
  return {
    ...head('start', 'From the start of the process, 25 records', start),
    heads: ['until', 'ms', 'node -e 0'],
    rows: [
      row('the end of node -e 0', start.nodeMs),
      row('the endpoint has the first BatchWriteItem', start.firstRequestMs),
      row('the end of the run', start.wholeRunMs),
      row('the end of --help', start.helpMs),
      row('the end of --version', start.versionMs),
    ],
    notes: [`Medians of ${start.runs}. The commands take turns.`],
  };
}

/** @param {NonNullable<import('./results.mjs').Results['memory']>} memory */
function memorySection(memory) {
  return {
    ...head('memory', 'Peak memory by the size of the file', memory),
    heads: ['file', 'records', 'records/s', 'peak MB'],
    rows: memory.files.map(({ bytes, records, recordsPerSecond, peakMb }) => [
      `${(bytes / 1e9).toFixed(1)} GB`,
      grouped(records),
      grouped(recordsPerSecond),
      peakMb.toFixed(0),
    ]),
    notes: [],
  };
}

/** @param {NonNullable<import('./results.mjs').Results['concurrency']>} result */
function concurrencySection(result) {
  const { half, goodShare, runs } = result;
  const best = Math.max(
    ...runs.filter(({ concurrency }) => concurrency !== 'default').map(({ secondHalf }) => secondHalf),
  );
  const own = runs.find(({ concurrency }) => concurrency === 'default');
  return {
    ...head('concurrency', `Requests in flight at ${result.latencyMs} ms`, result),
    heads: [
      '--concurrency',
      `0-${half} s`,
      `${half}-${2 * half} s`,
      `${goodShare * 100} % after`,
      'sockets',
      'retries',
      'peak MB',
    ],
    rows: runs.map((run) => [
      run.concurrency,
      grouped(run.firstHalf),
      grouped(run.secondHalf),
      run.goodAfterSeconds === undefined ? 'never' : `${run.goodAfterSeconds.toFixed(1)} s`,
      String(run.connections),
      String(run.retries),
      run.peakMb.toFixed(0),
    ]),
    notes:
      own === undefined
        ? []
        : [
            `After ${half} s the default has ${percent(own.atHalf / best)} of the best fixed rate, ${grouped(best)} records/s.`,
          ],
  };
}

/** @param {NonNullable<import('./results.mjs').Results['throttled']>} result */
function throttledSection(result) {
  return {
    ...head(
      'throttled',
      `A table of ${grouped(result.wcu)} write units per second, ${grouped(result.records)} records`,
      result,
    ),
    heads: ['latency', 'seconds', 'units used', 'requests', 'throttled'],
    rows: result.table.map(({ latencyMs, seconds, unitsUsed, requests, throttled }) => [
      `${latencyMs} ms`,
      seconds.toFixed(2),
      percent(unitsUsed),
      grouped(requests),
      percent(throttled),
    ]),
    notes: [
      'Available units: those of one second at the start, then the same each second. Throttled: refused, or answered with unprocessed items.',
    ],
  };
}

/** @param {NonNullable<import('./results.mjs').Results['throttled']>} result */
function sortedSection({ sorted, origin }) {
  const { partitions, recordsPerPartition, partitionWcu, oneByOneSeconds } = sorted;
  return {
    ...head(
      'throttled',
      `A file sorted by partition key: ${partitions} keys, ${grouped(recordsPerPartition)} records each`,
      { origin },
    ),
    heads: ['loaded', 'seconds', 'records/s', 'throttled'],
    rows: [
      ['by csv2ddb', sorted.seconds.toFixed(1), grouped(sorted.recordsPerSecond), percent(sorted.throttled)],
      [
        'one partition after the other',
        oneByOneSeconds.toFixed(1),
        grouped((partitions * recordsPerPartition) / oneByOneSeconds),
        '',
      ],
    ],
    notes: [
      `${times(sorted.timesOneByOne)} as fast. Each partition takes ${partitionWcu} at once and ${partitionWcu} per second, so one after the other ` +
        `takes ${partitions} × (${recordsPerPartition} − ${partitionWcu}) / ${partitionWcu} s (computed).`,
    ],
  };
}

/** @param {NonNullable<import('./results.mjs').Results['flame']>} flame */
export function flameSection(flame) {
  const shown = flame.shares.filter(({ share }) => share >= 0.001);
  return {
    ...head('flame', `Share of the time by room, ${grouped(flame.records)} records of 120 bytes`, flame),
    heads: ['room', 'share', 'µs a record'],
    rows: shown.map(({ room, share }) => [room, percent(share), (share * flame.microsPerRecord).toFixed(2)]),
    notes: ['The profiler slows the program down a little. Waiting time is left out.'],
  };
}
