import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cachePath, here } from '../places.mjs';

/** The Python of the environment that install-peers.mjs makes, else the one on PATH. */
const python =
  [cachePath('peers/venv/bin/python'), 'python3'].find((path) => path === 'python3' || existsSync(path)) ?? '';

/**
 * Describes one of our scripts that uses a Python package.
 * @param {{ name: string, title: string, script: string, recordsPerCpuSecond: number, inFlight: number }} peer
 * @returns {import('./list.mjs').Contender}
 */
function pythonPeer({ script, ...peer }) {
  return {
    ...peer,
    protocols: ['http', 'https'],
    find: () => {
      const asked = spawnSync(python, ['-c', `import ${peer.name}; print(${peer.name}.__version__)`], {
        encoding: 'utf8',
      });
      if (asked.status === 0) return { version: asked.stdout.trim() };
      return { missing: 'not installed: node bench/install-peers.mjs' };
    },
    command: (file) => ({ words: [python, here(script), file, 'bench'] }),
  };
}

export const boto3 = pythonPeer({
  name: 'boto3',
  title: 'boto3 batch_writer',
  script: 'peers/boto3-loop.py',
  recordsPerCpuSecond: 8_000,
  inFlight: 1,
});

export const awswrangler = pythonPeer({
  name: 'awswrangler',
  title: 'awswrangler put_csv',
  script: 'peers/awswrangler-load.py',
  recordsPerCpuSecond: 5_000,
  inFlight: 2,
});
