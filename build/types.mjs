// node build/types.mjs: copies the types of the library from .cache/compiled to dist/types: the declarations that
// index.d.ts needs, and no others.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { project } from './esbuild.mjs';

const compiled = join(project, '.cache', 'compiled', 'src');
const folder = join(project, 'dist', 'types');

/** @type {Set<string>} */
const copied = new Set();
copy(join(compiled, 'index.d.ts'));

/** @param {string} file */
function copy(file) {
  if (copied.has(file)) return;
  copied.add(file);
  const declarations = readFileSync(file, 'utf8');
  const target = join(folder, relative(compiled, file));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, declarations);
  for (const [, name = ''] of declarations.matchAll(/ from '(\.[^']+)\.[jt]s'/g))
    copy(join(dirname(file), `${name}.d.ts`));
}
