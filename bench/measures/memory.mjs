import { statSync } from 'node:fs';
import { csv2ddbWords } from '../contenders/csv2ddb.mjs';
import { recordsFile } from '../records.mjs';
import { say } from '../report/say.mjs';
import { mustArrive, oneRun } from './one-run.mjs';

/** Of 120 bytes: about 0.1, 0.3 and 1 GB. */
const counts = [840_000, 2_520_000, 8_400_000];

/** The longest file of all, which other measurements read the beginning of. */
export const longFile = () => recordsFile({ count: counts.at(-1) ?? 0 });

/**
 * @typedef {object} MemoryResult
 * @property {{ records: number, bytes: number, peakMb: number, recordsPerSecond: number }[]} files
 */

/**
 * Measures the peak memory of csv2ddb for files of different sizes.
 * @param {readonly string[]} more options of csv2ddb
 * @returns {Promise<MemoryResult>}
 */
export async function measureMemory(more) {
  const files = [];
  for (const records of counts) {
    const file = await recordsFile({ count: records });
    const run = await oneRun({}, ({ url }) => ({ words: csv2ddbWords(file, url, more) }));
    mustArrive(run, records);
    const one = {
      records,
      bytes: statSync(file).size,
      peakMb: run.peakMb,
      recordsPerSecond: Math.round(records / run.wallSeconds),
    };
    files.push(one);
    say(`  ${(one.bytes / 1e9).toFixed(2)} GB: ${one.peakMb.toFixed(0)} MB`);
  }
  return { files };
}
