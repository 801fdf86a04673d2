import { statSync } from 'node:fs';
import { parseJson } from '../../build/json.mjs';
import { pipelineEnv, startPipelineEndpoint } from '../pipeline/start.mjs';
import { here } from '../places.mjs';
import { nowhere } from '../process/environment.mjs';
import { measured } from '../process/measured.mjs';
import { median } from '../process/median.mjs';
import { recordsFile } from '../records.mjs';
import { say } from '../report/say.mjs';

/** Of 120 bytes: about 0.1 and 1 GB. */
const counts = [840_000, 8_400_000];
const parallel = 100;

/**
 * @typedef {object} Cutting medians
 * @property {'memory' | 'S3'} from
 * @property {number} bytes
 * @property {number} ranges
 * @property {number} gbPerSecond
 * @property {number} gbPerCpuSecond
 * @property {number | undefined} peakMb undefined where the object itself is in memory
 *
 * @typedef {object} CuttingResult
 * @property {number} parallel
 * @property {number} rounds
 * @property {Cutting[]} cuts
 */

/**
 * Measures how fast an object is cut into ranges: the cutter alone in memory, and the pipeline from S3.
 * @param {readonly string[]} _more
 * @param {number} rounds
 * @returns {Promise<CuttingResult>}
 */
export async function measureCutting(_more, rounds) {
  const cuts = [];
  for (const count of counts) {
    const file = await recordsFile({ count });
    const bytes = statSync(file).size;
    for (const from of /** @type {const} */ (['memory', 'S3'])) {
      const runs = [];
      for (let round = 0; round < rounds; round++) runs.push(await oneCut(from, file));
      const one = {
        from,
        bytes,
        ranges: runs[0]?.ranges ?? 0,
        gbPerSecond: bytes / 1e9 / median(runs.map(({ seconds }) => seconds)),
        gbPerCpuSecond: bytes / 1e9 / median(runs.map(({ cpuSeconds }) => cpuSeconds)),
        peakMb: from === 'S3' ? median(runs.map(({ peakMb }) => peakMb)) : undefined,
      };
      cuts.push(one);
      say(`  ${(bytes / 1e9).toFixed(1)} GB from ${from}: ${one.gbPerCpuSecond.toFixed(2)} GB a CPU second`);
    }
  }
  return { parallel, rounds, cuts };
}

/**
 * @param {'memory' | 'S3'} from
 * @param {string} file
 * @returns {Promise<import('../pipeline/cut.mjs').Cut & { peakMb: number }>}
 */
async function oneCut(from, file) {
  const words = [process.execPath, here('pipeline/cut.mjs'), String(parallel)];
  const endpoint = from === 'S3' ? await startPipelineEndpoint(file) : undefined;
  try {
    const command =
      endpoint === undefined ? { words: [...words, file], env: pipelineEnv(nowhere) } : { words, env: endpoint.env };
    const { lastLine, peakMb } = await measured(command, { url: nowhere, authority: undefined });
    return { .../** @type {import('../pipeline/cut.mjs').Cut} */ (parseJson(lastLine)), peakMb };
  } finally {
    await endpoint?.stop();
  }
}
