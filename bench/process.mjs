import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { parseJson } from './json.mjs';
import { here } from './places.mjs';

/**
 * @typedef {object} Used what a process took
 * @property {number} wallSeconds
 * @property {number} cpuSeconds user and system
 * @property {number} peakMb resident set
 */

/**
 * Runs a script in a Node of its own, in an empty folder, and measures it.
 * @param {string[]} args script and arguments
 * @returns {Promise<Used>}
 */
export async function measured(args) {
  const folder = mkdtempSync(join(tmpdir(), 'csv2ddb-bench-'));
  try {
    const file = join(folder, 'used.json');
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', pathToFileURL(here('measure.mjs')).href, ...args], {
      cwd: folder,
      env: { ...environment(folder), BENCH_MEASURE_FILE: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => (words += chunk.toString()));
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => (words += chunk.toString()));
    /** @type {number | null} */
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const wallSeconds = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`${args.join(' ')} ended with status ${String(status)}:\n${words}`);
    const used = /** @type {{ cpuSeconds: number, peakMb: number }} */ (parseJson(readFileSync(file, 'utf8')));
    return { wallSeconds, ...used };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Wall time of a run that is over at once, in milliseconds: the median of ten.
 * @param {string[]} args
 */
export function startMs(args) {
  const times = Array.from({ length: 10 }, () => {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, args, { env: environment(tmpdir()) });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with status ${String(status)}`);
    return performance.now() - started;
  });
  return median(times);
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

/**
 * Dummy credentials, and nothing of the machine's own AWS set-up.
 * @param {string} home
 */
function environment(home) {
  const kept = ['PATH', 'Path', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'];
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    HOME: home,
    USERPROFILE: home,
    AWS_ACCESS_KEY_ID: 'csv2ddbbench',
    AWS_SECRET_ACCESS_KEY: 'csv2ddbbench',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
