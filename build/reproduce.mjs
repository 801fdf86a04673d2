// npm run reproduce: builds and packs a copy of the project in a different folder, and fails if its tarball differs from
// the tarball of this folder, whose build must be up to date.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { project } from './esbuild.mjs';

const folder = mkdtempSync(join(tmpdir(), 'csv2ddb-reproduce-'));
try {
  const copy = join(folder, 'a-different-folder', 'csv2ddb');
  for (const file of sourceFiles()) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(project, file), join(copy, file));
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'), 'junction');
  npm(copy, ['run', 'build', '--silent']);
  const [here, there] = [pack(project, 'here'), pack(copy, 'there')];
  if (!here.equals(there)) throw new Error(`the tarballs differ: ${findDifferentFiles(copy).join(', ')}`);
  console.error(`reproducible: sha256 ${createHash('sha256').update(here).digest('hex')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function sourceFiles() {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const names = execFileSync('git', options, { cwd: project, encoding: 'utf8' }).split('\0');
  return names.filter((name) => name !== '' && existsSync(join(project, name)));
}

/** @param {string} copy */
function findDifferentFiles(copy) {
  const roots = [project, copy].map((root) => join(root, 'dist'));
  const names = new Set(roots.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' })));
  return [...names].filter((name) => {
    const [one, other] = roots.map((root) => join(root, name)).map((path) => (existsSync(path) ? path : undefined));
    if (one === undefined || other === undefined) return true;
    return !statSync(one).isDirectory() && !readFileSync(one).equals(readFileSync(other));
  });
}

/**
 * @param {string} cwd
 * @param {string} name of the folder for the tarball
 */
function pack(cwd, name) {
  const target = join(folder, name);
  mkdirSync(target);
  const file = npm(cwd, ['pack', '--ignore-scripts', '--silent', '--pack-destination', target]).trim();
  return readFileSync(join(target, file));
}

/**
 * @param {string} cwd
 * @param {readonly string[]} args
 */
function npm(cwd, args) {
  const path = process.env['npm_execpath'];
  if (path === undefined) throw new Error('run it with npm run reproduce');
  return execFileSync(process.execPath, [path, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
