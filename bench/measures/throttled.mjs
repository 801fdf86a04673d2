import { csv2ddbWords } from '../contenders/csv2ddb.mjs';
import { recordsFile, recordsPerPartition } from '../records.mjs';
import { say } from '../report/say.mjs';
import { mustArrive, oneRun } from './one-run.mjs';

const wcu = 5000;
const latencies = [0, 6, 50];
/** 49 seconds of the table’s capacity, the full bucket at the beginning counted. */
const records = 250_000;
const partitions = 64;
const partitionWcu = 100;

/**
 * @typedef {object} ThrottledRun
 * @property {number} latencyMs
 * @property {number} seconds
 * @property {number} unitsUsed share of the units that there were: the full bucket, then `wcu` a second
 * @property {number} throttled share of the requests that were refused or answered in part
 * @property {number} requests
 *
 * @typedef {object} ThrottledResult
 * @property {number} wcu
 * @property {number} records
 * @property {ThrottledRun[]} table
 * @property {SortedRun} sorted
 *
 * @typedef {object} SortedRun
 * @property {number} partitions
 * @property {number} recordsPerPartition
 * @property {number} partitionWcu
 * @property {number} seconds
 * @property {number} recordsPerSecond
 * @property {number} oneByOneSeconds computed: of each partition all but the full bucket at `partitionWcu` a second
 * @property {number} timesOneByOne
 * @property {number} throttled
 */

/**
 * Measures csv2ddb with a table that has less capacity than the load.
 * @param {readonly string[]} more options of csv2ddb
 * @returns {Promise<ThrottledResult>}
 */
export async function measureThrottled(more) {
  const file = await recordsFile({ count: records });
  const table = [];
  for (const latencyMs of latencies) {
    const run = await oneRun({ wcu, latencyMs }, ({ url }) => ({ words: csv2ddbWords(file, url, more) }));
    mustArrive(run, records);
    const { seconds, requests } = run.received;
    const one = {
      latencyMs,
      seconds,
      requests,
      unitsUsed: records / (wcu * (seconds + 1)),
      throttled: throttledShare(run.received),
    };
    table.push(one);
    say(
      `  ${latencyMs} ms: ${(one.unitsUsed * 100).toFixed(1)} % used, ${(one.throttled * 100).toFixed(1)} % throttled`,
    );
  }
  return { wcu, records, table, sorted: await measureSorted(more) };
}

/**
 * @param {readonly string[]} more
 * @returns {Promise<SortedRun>}
 */
async function measureSorted(more) {
  const count = partitions * recordsPerPartition;
  const file = await recordsFile({ count, sorted: true });
  const run = await oneRun({ partitionWcu, pk: 'pk', sk: 'sk' }, ({ url }) => ({
    words: csv2ddbWords(file, url, more),
  }));
  mustArrive(run, count);
  const { seconds } = run.received;
  const oneByOneSeconds = (partitions * (recordsPerPartition - partitionWcu)) / partitionWcu;
  const timesOneByOne = oneByOneSeconds / seconds;
  say(
    `  sorted by partition key: ${(count / seconds).toFixed(0)} records/s, ${timesOneByOne.toFixed(1)} times one by one`,
  );
  return {
    partitions,
    recordsPerPartition,
    partitionWcu,
    seconds,
    oneByOneSeconds,
    timesOneByOne,
    recordsPerSecond: count / seconds,
    throttled: throttledShare(run.received),
  };
}

/** @param {import('../endpoint/start.mjs').Received} received */
function throttledShare({ throttledRequests, partlyProcessed, requests }) {
  return (throttledRequests + partlyProcessed) / requests;
}
