// node build/function.mjs: the pipeline's function as one file with all it needs, the SDK too, and that file in a zip, as Lambda
// takes it: dist/lambda/function.zip. The same sources make the same bytes, so that whoever compares them sees what changed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipSync } from 'fflate';

const project = fileURLToPath(new URL('../', import.meta.url));
const folder = `${project}dist/lambda/`;

await build({
  absWorkingDir: project,
  entryPoints: ['dist/src/lambda/index.js'],
  outfile: `${folder}index.mjs`,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  mainFields: ['module', 'main'],
  // Packages of the older kind ask for Node's own modules by `require`, which a module of this kind does not have.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  // Names stay: stacks in the log can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});

mkdirSync(folder, { recursive: true });
const code = readFileSync(`${folder}index.mjs`);
// A zip has no earlier time, and knows no zone: noon is that day everywhere.
const zip = zipSync({ 'index.mjs': [code, { level: 9, mtime: new Date(1980, 0, 1, 12) }] });
writeFileSync(`${folder}function.zip`, zip);
console.log(
  `dist/lambda/function.zip: ${(zip.length / 1000).toFixed(0)} kB, ${(code.length / 1000).toFixed(0)} kB unpacked`,
);
