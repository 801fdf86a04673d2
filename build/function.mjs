// node build/function.mjs [FOLDER]: the pipeline's function as one file with all it needs, the SDK too, and that file in a zip, as Lambda
// takes it: function.zip in FOLDER, by default dist/lambda. The same sources make the same bytes, so that whoever compares them sees what changed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipSync } from 'fflate';

const project = fileURLToPath(new URL('../', import.meta.url));
const folder = resolve(process.argv[2] ?? join(project, 'dist', 'lambda'));
const [module, zipFile] = [join(folder, 'index.mjs'), join(folder, 'function.zip')];

await build({
  absWorkingDir: project,
  entryPoints: ['dist/src/pipeline/lambda/index.js'],
  outfile: module,
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
const code = readFileSync(module);
// A zip has no earlier time, and knows no zone: noon is that day everywhere.
const zip = zipSync({ 'index.mjs': [code, { level: 9, mtime: new Date(1980, 0, 1, 12) }] });
writeFileSync(zipFile, zip);
// Not on stdout: `npm pack` prints the name of the package there.
console.error(
  `${relative(process.cwd(), zipFile)}: ${(zip.length / 1000).toFixed(0)} kB, ${(code.length / 1000).toFixed(0)} kB unpacked`,
);
