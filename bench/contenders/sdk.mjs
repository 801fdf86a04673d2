import { readFileSync } from 'node:fs';
import { parseJson } from '../../build/json.mjs';
import { here, projectPath } from '../places.mjs';

const manifest = projectPath('node_modules/@aws-sdk/lib-dynamodb/package.json');

/** @type {import('./list.mjs').Contender} */
export const sdk = {
  name: 'sdk',
  title: 'SDK loop, 32 in flight',
  protocols: ['http', 'https'],
  recordsPerCpuSecond: 20_000,
  inFlight: 32,
  leastRecords: 200_000,
  find: () => ({ version: /** @type {{ version: string }} */ (parseJson(readFileSync(manifest, 'utf8'))).version }),
  command: (file, { url }) => ({ words: [process.execPath, here('peers/sdk-loop.mjs'), file, 'bench', url] }),
};
