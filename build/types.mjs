// node build/types.mjs: rolls the types of the library up into dist/index.d.ts: the types that a program can see, and no
// others, so that it needs no package for the rest.
import { join } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { project } from './esbuild.mjs';

const types = await rollup({
  input: join(project, '.cache', 'compiled', 'src', 'index.d.ts'),
  // Types that a program cannot see may import these, and disappear with the types.
  external: /^node:/,
  plugins: [dts()],
});
await types.write({ file: join(project, 'dist', 'index.d.ts'), format: 'es' });
