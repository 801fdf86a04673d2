// node build/function.mjs [FOLDER]
// Bundles the pipeline's Lambda function and all its dependencies, including the SDK, into one file and packs it as function.zip in
// FOLDER (default: dist/lambda). The build is reproducible: the same sources give the same bytes.
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
  // CommonJS dependencies load Node's modules with `require`, which an ES module does not have.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  // Keeps names, so that stack traces in the log are readable.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});

mkdirSync(folder, { recursive: true });
const code = readFileSync(module);
// The earliest date of a zip file. A zip has no time zone, so noon is the same day everywhere.
const zip = zipSync({ 'index.mjs': [code, { level: 9, mtime: new Date(1980, 0, 1, 12) }] });
writeFileSync(zipFile, zip);
// Written to stderr, because `npm pack` prints the package name to stdout.
console.error(
  `${relative(process.cwd(), zipFile)}: ${(zip.length / 1000).toFixed(0)} kB, ${(code.length / 1000).toFixed(0)} kB unpacked`,
);
