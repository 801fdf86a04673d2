import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import { csv2ddbWords } from '../contenders/csv2ddb.mjs';
import { program } from '../places.mjs';
import { environment } from '../process/environment.mjs';
import { median } from '../process/median.mjs';
import { recordsFile } from '../records.mjs';
import { say } from '../report/say.mjs';
import { mustArrive, oneRun } from './one-run.mjs';

/** An odd number, so that the median is a run. */
const runs = 21;
const fewRecords = 25;

/**
 * @typedef {object} StartResult milliseconds, medians
 * @property {number} runs of each command
 * @property {number} nodeMs `node -e 0`: what Node itself takes
 * @property {number} firstRequestMs from the start of the process until the endpoint has the first BatchWriteItem
 * @property {number} wholeRunMs
 * @property {number} helpMs
 * @property {number} versionMs
 */

/**
 * Measures how soon csv2ddb writes a small file. The commands take turns, so that all of them see the same machine.
 * @param {readonly string[]} more options of csv2ddb
 * @returns {Promise<StartResult>}
 */
export async function measureStart(more) {
  const file = await recordsFile({ count: fewRecords });
  /** @type {Record<Exclude<keyof StartResult, 'runs'>, number[]>} */
  const measured = { nodeMs: [], firstRequestMs: [], wholeRunMs: [], helpMs: [], versionMs: [] };
  for (let run = 0; run < runs; run++) {
    measured.nodeMs.push(wallMs(['-e', '0']));
    const load = await oneRun({}, ({ url }) => ({ words: csv2ddbWords(file, url, more) }));
    mustArrive(load, fewRecords);
    measured.firstRequestMs.push(load.received.firstWriteEpochMs - load.startEpochMs);
    measured.wholeRunMs.push(load.wallSeconds * 1000);
    measured.helpMs.push(wallMs([program, '--help']));
    measured.versionMs.push(wallMs([program, '--version']));
  }
  const result = {
    runs,
    nodeMs: median(measured.nodeMs),
    firstRequestMs: median(measured.firstRequestMs),
    wholeRunMs: median(measured.wholeRunMs),
    helpMs: median(measured.helpMs),
    versionMs: median(measured.versionMs),
  };
  say(`  first request after ${result.firstRequestMs.toFixed(0)} ms`);
  return result;
}

/** @param {readonly string[]} words of Node */
function wallMs(words) {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, words, { env: environment(tmpdir()) });
  if (status !== 0) throw new Error(`node ${words.join(' ')} ended with status ${String(status)}`);
  return performance.now() - started;
}
