// node build/clean.mjs: removes the results of the last build.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './esbuild.mjs';

for (const folder of ['dist', '.cache/compiled', '.cache/metafiles'])
  rmSync(join(project, folder), { recursive: true, force: true });
