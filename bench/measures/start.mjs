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

const times = 10;
const fewRecords = 25;

/**
 * @typedef {object} StartResult milliseconds, medians of ten
 * @property {number} firstRequestMs from the start of the process until the endpoint has the first BatchWriteItem
 * @property {number} wholeRunMs
 * @property {number} helpMs
 * @property {number} versionMs
 */

/**
 * Measures how soon csv2ddb writes a small file.
 * @param {readonly string[]} more options of csv2ddb
 * @returns {Promise<StartResult>}
 */
export async function measureStart(more) {
  const file = await recordsFile({ count: fewRecords });
  const first = [];
  const whole = [];
  for (let time = 0; time < times; time++) {
    const run = await oneRun({}, ({ url }) => ({ words: csv2ddbWords(file, url, more) }));
    mustArrive(run, fewRecords);
    first.push(run.received.firstWriteEpochMs - run.startEpochMs);
    whole.push(run.wallSeconds * 1000);
  }
  const result = {
    firstRequestMs: median(first),
    wholeRunMs: median(whole),
    helpMs: wallMs('--help'),
    versionMs: wallMs('--version'),
  };
  say(`  first request after ${result.firstRequestMs.toFixed(0)} ms`);
  return result;
}

/** @param {string} word */
function wallMs(word) {
  const walls = Array.from({ length: times }, () => {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, [program, word], { env: environment(tmpdir()) });
    if (status !== 0) throw new Error(`csv2ddb ${word} ended with status ${String(status)}`);
    return performance.now() - started;
  });
  return median(walls);
}
