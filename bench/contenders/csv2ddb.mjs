import { existsSync, readFileSync } from 'node:fs';
import { parseJson } from '../../build/json.mjs';
import { program, projectPath } from '../places.mjs';

/** @type {import('./list.mjs').Contender} */
export const csv2ddb = {
  name: 'csv2ddb',
  title: 'csv2ddb direct',
  protocols: ['http', 'https'],
  recordsPerCpuSecond: 150_000,
  inFlight: 64,
  leastRecords: 1_000_000,
  find: () =>
    existsSync(program)
      ? {
          version: /** @type {{ version: string }} */ (parseJson(readFileSync(projectPath('package.json'), 'utf8')))
            .version,
        }
      : { missing: 'not built: npm run build' },
  command: (file, { url }, more) => ({ words: csv2ddbWords(file, url, more) }),
};

/**
 * @param {string} file or `-`
 * @param {string} url
 * @param {readonly string[]} more options
 */
export function csv2ddbWords(file, url, more = []) {
  const fixed = ['--table', 'bench', '--endpoint-url', url, '--region', 'us-east-1', '--json'];
  return [process.execPath, program, 'direct', file, ...fixed, ...more];
}
