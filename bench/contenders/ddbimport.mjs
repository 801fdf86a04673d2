import { spawnSync } from 'node:child_process';
import { findProgram } from './find-program.mjs';

/** Its SDK knows one local endpoint, `http://localhost:8000`, which it takes for the region called `local`. */
const localPort = 8000;

/** @type {import('./list.mjs').Contender} */
export const ddbimport = {
  name: 'ddbimport',
  title: 'ddbimport, 8 in flight',
  protocols: ['http'],
  protocolReason: 'the SDK it is built with knows no local endpoint but http://localhost:8000',
  port: localPort,
  recordsPerCpuSecond: 40_000,
  inFlight: 8,
  find: () => {
    const path = findProgram('ddbimport');
    if (path === undefined) return { missing: 'no ddbimport on PATH (github.com/a-h/ddbimport)' };
    const said = spawnSync(path, { encoding: 'utf8' }).stdout;
    return { version: /^version:[ \t]*(\S+)/m.exec(said)?.[1] ?? 'unknown' };
  },
  command: (file) => ({
    words: [findProgram('ddbimport') ?? '', '-inputFile', file, '-tableRegion', 'local', '-tableName', 'bench'],
  }),
};
