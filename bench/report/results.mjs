import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseJson } from '../../build/json.mjs';
import { here } from '../places.mjs';

/**
 * @template T
 * @typedef {T & { origin: import('./machine.mjs').Origin }} From
 */

/**
 * @typedef {object} Results
 * @property {Record<string, From<import('../measures/workloads.mjs').WorkloadResult>>} workloads
 * @property {From<import('../measures/start.mjs').StartResult>} [start]
 * @property {From<import('../measures/memory.mjs').MemoryResult>} [memory]
 * @property {From<import('../measures/concurrency.mjs').ConcurrencyResult>} [concurrency]
 * @property {From<import('../measures/throttled.mjs').ThrottledResult>} [throttled]
 * @property {From<import('../measures/dialects.mjs').DialectsResult>} [dialects]
 * @property {From<import('../measures/cutting.mjs').CuttingResult>} [cutting]
 * @property {From<import('../measures/function.mjs').FunctionResult>} [function]
 * @property {From<FlameResult>} [flame]
 *
 * @typedef {object} FlameResult
 * @property {number} records
 * @property {number} microsPerRecord of CPU time according to the profiler, which itself costs a little
 * @property {{ room: string, share: number }[]} shares largest first
 */

/** What docs/benchmarks.md is written from. */
export const keptResults = 'results.json';

/** Results of a trial with few contenders or other options of csv2ddb. It must not replace the full results. */
export const triedResults = 'results-tried.json';

/**
 * What was measured before: a run replaces what it measures, the rest stays, each with its own date and command.
 * @param {string} [file]
 * @returns {Results}
 */
export function readResults(file = keptResults) {
  const path = here(file);
  if (!existsSync(path)) return { workloads: {} };
  const content = /** @type {Partial<Results>} */ (parseJson(readFileSync(path, 'utf8')));
  return { ...content, workloads: content.workloads ?? {} };
}

/**
 * @param {Results} results
 * @param {string} [file]
 */
export function writeResults(results, file = keptResults) {
  writeFileSync(here(file), `${JSON.stringify(results, undefined, 2)}\n`);
}

/** @param {import('../options.mjs').Workload} workload */
export const workloadKey = ({ bytes, latencyMs, protocol }) => `${bytes}-bytes-${latencyMs}-ms-${protocol}`;
