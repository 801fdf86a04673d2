import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiled } from '../compile.mjs';
import { parseJson } from '../../build/json.mjs';
import { here } from '../places.mjs';
import { environment } from './environment.mjs';

/**
 * @typedef {object} Used what a process took, its children included
 * @property {number} startEpochMs
 * @property {number} wallSeconds
 * @property {number} cpuSeconds user and system
 * @property {number} peakMb resident set
 * @property {Summary | undefined} summary what csv2ddb said at its end
 * @property {string} lastLine of its standard output
 *
 * @typedef {object} Summary the last line of its `--json`, as far as it is of use here
 * @property {number} read
 * @property {number} retries
 * @property {number} requests
 * @property {number} exitStatus
 *
 * @typedef {object} Command
 * @property {string[]} words program and arguments
 * @property {Record<string, string>} [env]
 * @property {number} [stopAfterSeconds] then it receives SIGTERM, and its exit status does not matter
 */

const wrapper = compiled('measure', 'process/measure.cpp');

/** Whether other programs than Node can be measured here. */
export const measuresAll = wrapper !== undefined;

/** Characters of a failed program's output that an error shows. */
const shownLength = 2_000;

/**
 * Runs a command in an empty folder, which is its home, and measures it.
 * @param {Command} command
 * @param {{ url: string, authority: string | undefined }} endpoint
 * @param {number} [timeoutSeconds] 3,600
 * @returns {Promise<Used>}
 * @throws if its exit status is not 0 or it exceeds the timeout
 */
export async function measured(command, endpoint, timeoutSeconds = 3_600) {
  const folder = mkdtempSync(join(tmpdir(), 'csv2ddb-bench-'));
  try {
    const file = join(folder, 'used.json');
    const [program = '', ...args] = wrapped(command.words, file);
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...environment(folder, endpoint), ...command.env, BENCH_MEASURE_FILE: file },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
    });
    const stopping = command.stopAfterSeconds;
    const stop = stopping === undefined ? undefined : setTimeout(() => child.kill('SIGTERM'), stopping * 1000);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => (stdout += chunk.toString()));
    child.stderr.on(
      'data',
      (/** @type {Buffer} */ chunk) => (stderr = (stderr + chunk.toString()).slice(-shownLength)),
    );
    /** @type {number | null} */
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    clearTimeout(stop);
    if (status !== 0 && stopping === undefined) {
      const said = (stdout.slice(-shownLength) + stderr).trim();
      throw new Error(`${basename(command.words[0] ?? '')} ended with status ${String(status)}: ${said}`);
    }
    const used = /** @type {Omit<Used, 'summary' | 'lastLine'>} */ (parseJson(readFileSync(file, 'utf8')));
    const lastLine = stdout.trimEnd().split('\n').at(-1) ?? '';
    return { ...used, summary: summaryIn(lastLine), lastLine };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * @param {string} last line
 * @returns {Summary | undefined}
 */
function summaryIn(last) {
  return last.startsWith('{"table"') ? /** @type {Summary} */ (parseJson(last)) : undefined;
}

/**
 * @param {string[]} words
 * @param {string} file
 */
function wrapped(words, file) {
  if (wrapper !== undefined) return [wrapper, file, ...words];
  const [program = '', ...args] = words;
  return [program, '--import', pathToFileURL(here('process/node-used.mjs')).href, ...args];
}
