import { spawnSync } from 'node:child_process';
import { findProgram } from './find-program.mjs';

/** @type {import('./list.mjs').Contender} */
export const dynein = {
  name: 'dynein',
  title: 'dynein, from JSON Lines',
  protocols: ['http'],
  protocolReason: 'its local endpoint is always http://localhost:PORT',
  // Its CSV has JSON in each cell and no newline in a field, so it gets the same records in its other format.
  format: 'jsonl',
  recordsPerCpuSecond: 20_000,
  inFlight: 1,
  find: () => {
    const path = findProgram('dy');
    if (path === undefined) return { missing: 'no dy on PATH (github.com/awslabs/dynein)' };
    return { version: spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim().replace(/^\w+ /, '') };
  },
  command: (file, { port }) => ({
    words: [
      ...[findProgram('dy') ?? '', '--region', 'local', '--port', String(port), '--table', 'bench'],
      ...['import', '--format', 'jsonl', '--input-file', file],
    ],
  }),
};
