import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { parseJson } from './json.mjs';
import { cachePath, here } from './places.mjs';

/**
 * @typedef {object} Received what the null endpoint saw
 * @property {number} items
 * @property {number} requests
 * @property {number} bytes
 * @property {number} oversize batches of more than 25 items
 *
 * @typedef {object} NullEndpoint
 * @property {string} url
 * @property {() => Promise<Received>} stop
 */

/**
 * The command that starts the null endpoint: compiled from C++ where that can be done, else in Node.
 * @returns {{ command: string, args: string[], note: string | undefined }}
 */
export function prepareEndpoint() {
  const source = here('null-endpoint.cpp');
  const binary = cachePath('null-endpoint');
  try {
    if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(source).mtimeMs) {
      mkdirSync(dirname(binary), { recursive: true });
      execFileSync('g++', ['-O2', '-std=c++17', '-o', binary, source], { stdio: 'pipe' });
    }
    return { command: binary, args: [], note: undefined };
  } catch {
    const note = 'no C++ compiler (or no Linux): the null endpoint runs in Node and takes CPU time of its own';
    return { command: process.execPath, args: [here('null-endpoint.mjs')], note };
  }
}

/**
 * Starts a null endpoint of its own for one measured run, on the loopback address.
 * @param {{ command: string, args: string[] }} prepared
 * @param {number} latencyMs
 * @returns {Promise<NullEndpoint>}
 */
export async function startEndpoint({ command, args }, latencyMs) {
  const latency = args.length === 0 ? ['--latency', String(latencyMs)] : [String(latencyMs)];
  const child = spawn(command, [...args, '0', ...latency], { stdio: ['pipe', 'pipe', 'inherit'] });
  /** @type {AsyncIterator<string, undefined>} */
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the null endpoint ended');
    return value;
  };
  const port = (await next()).replace('listening ', '');
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.stdin.end();
      return /** @type {Received} */ (parseJson(await next()));
    },
  };
}
