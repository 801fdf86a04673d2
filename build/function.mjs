// node build/function.mjs [FOLDER]: bundles the pipeline's function with the SDK into one file, and zips it for Lambda:
// function.zip in FOLDER, by default dist/lambda. The same sources give the same bytes, so a comparison shows changes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { bundleOptions, project } from './esbuild.mjs';
import { saveMetafile } from './metafile.mjs';

const folder = resolve(process.argv[2] ?? join(project, 'dist', 'lambda'));
const [module, zipFile] = [join(folder, 'index.mjs'), join(folder, 'function.zip')];

const { metafile } = await build({
  ...bundleOptions,
  entryPoints: ['src/pipeline/lambda/index.ts'],
  outfile: module,
  target: 'node22',
});
saveMetafile('function', metafile);

mkdirSync(folder, { recursive: true });
const code = readFileSync(module);
// The earliest date of a zip file. A zip has no time zone, so noon is the same day everywhere.
const zip = zipSync({ 'index.mjs': [code, { level: 9, mtime: new Date(1980, 0, 1, 12) }] });
writeFileSync(zipFile, zip);
// Written to stderr, because `npm pack` prints the package name to stdout.
console.error(
  `${relative(process.cwd(), zipFile)}: ${(zip.length / 1000).toFixed(0)} kB, ${(code.length / 1000).toFixed(0)} kB unpacked`,
);
