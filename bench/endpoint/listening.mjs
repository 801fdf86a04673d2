import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseJson } from '../../build/json.mjs';

/**
 * Starts an endpoint in a process of its own: it prints `listening PORT`, and when its standard input ends what it counted, as a
 * line of JSON.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ port: number, stop: () => Promise<unknown> }>}
 * @throws where it ends before that
 */
export async function startListening(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  /** @type {AsyncIterator<string, undefined>} */
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the null endpoint ended');
    return value;
  };
  const port = Number((await next()).replace('listening ', ''));
  return {
    port,
    stop: async () => {
      child.stdin.end();
      return parseJson(await next());
    },
  };
}
