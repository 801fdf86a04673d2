// Runs the tests that take too long for every run: the whole suite on Node 24, a million records into the embedded
// DynamoDB, and a million records through the pipeline. `npm run test:long [-- suite | million | pipeline]` prints the
// numbers for docs/long-runs.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));
const [only] = process.argv.slice(2);

/** Returns the path of Node 24, which an npm package for this platform contains. Keeps it in `.cache/`. */
function node24() {
  const folder = join(project, '.cache', 'node24');
  const name = `node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`;
  const found = join(folder, 'node_modules', name, 'bin', platform() === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(found)) {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--prefix', folder, `${name}@24`]);
  }
  return found;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  console.log(`$ ${command} ${args.join(' ')}`);
  const shell = platform() === 'win32' && command === 'npm';
  const { status, error } = spawnSync(command, args, { cwd: project, stdio: 'inherit', shell });
  if (error !== undefined || status !== 0) {
    console.error(`failed: ${error?.message ?? `status ${String(status)}`}`);
    process.exit(1);
  }
}

if (!readdirSync(project).includes('dist')) throw new Error('dist/ does not exist: run npm run build first');
const vitest = join('node_modules', 'vitest', 'vitest.mjs');
if (only === undefined || only === 'suite') run(node24(), [vitest, 'run']);
for (const name of ['million', 'pipeline']) {
  if (only === undefined || only === name) {
    run(process.execPath, [vitest, 'run', '--config', 'test/long/vitest.config.ts', `test/long/${name}.test.ts`]);
  }
}
