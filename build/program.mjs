// node build/program.mjs: bundles the program and the library with all packages into dist/, as ES modules that share
// chunks. Only the binaries of LevelDB, for --local, stay outside: they are in dist/prebuilds.
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, project } from './esbuild.mjs';
import { saveMetafile } from './metafile.mjs';
import { keepOwnSources } from './source-map.mjs';

const folder = join(project, 'dist');
const program = join(folder, 'bin', 'csv2ddb.js');

const { outputFiles, metafile } = await build({
  ...bundleOptions,
  entryPoints: [
    { in: 'bin/csv2ddb.ts', out: 'bin/csv2ddb' },
    { in: 'src/index.ts', out: 'index' },
  ],
  outdir: folder,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  target: 'node20.19',
  sourcemap: 'linked',
  sourcesContent: false,
  // Node prints the line of an uncaught error.
  lineLimit: 160,
  plugins: [
    shareLoad(),
    replace(/\/dynalite\/index\.js$/, {
      // The bundler includes all files that can match, and looks them up by their full names.
      "'./actions/' + action": "'./actions/' + action + '.js'",
      "'./validations/' + action": "'./validations/' + action + '.js'",
    }),
    // Loading it takes several milliseconds, and only commands in executables of their own need it.
    replace(/\/commander\/lib\/command\.js$/, { "require('node:child_process')": '{}' }),
    // Chunks are in a folder of dist/, beside dist/prebuilds.
    replace(/\/classic-level\/binding\.js$/, { __dirname: "require('node:path').dirname(__dirname)" }),
  ],
  write: false,
});

for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path.endsWith('.map') ? keepOwnSources(contents) : contents);
}
chmodSync(program, 0o755);
cpSync(join(project, 'node_modules', 'classic-level', 'prebuilds'), join(folder, 'prebuilds'), { recursive: true });
saveMetafile('program', metafile);

/**
 * A plugin that keeps the code of a load in one chunk. The bundler makes a chunk for each set of parts that share modules, and
 * Node takes longer to find and link fifty small chunks than to load a small file. So every part that is imported when it is
 * needed imports the command `direct` too.
 * @returns {import('esbuild').Plugin}
 */
function shareLoad() {
  const load = join(project, 'src', 'cli', 'commands', 'direct.ts');
  // Also runs commands that load nothing, and prints help.
  const any = join(project, 'src', 'cli', 'program.ts');
  const parts = new Set([join(project, 'src', 'index.ts')]);
  return {
    name: 'share load',
    setup(bundler) {
      bundler.onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, resolveDir }) => {
        if (kind === 'dynamic-import') parts.add(resolve(resolveDir, path));
        return undefined;
      });
      bundler.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        if (path === load || path === any || !parts.has(path)) return undefined;
        return { contents: `import ${JSON.stringify(load)};\n${readFileSync(path, 'utf8')}`, loader: 'ts' };
      });
    },
  };
}

/**
 * A plugin that replaces code of a package that a bundle cannot contain as it is.
 * @param {RegExp} filter
 * @param {Readonly<Record<string, string>>} replacements
 * @returns {import('esbuild').Plugin}
 */
function replace(filter, replacements) {
  return {
    name: `replace in ${filter.source}`,
    setup(bundler) {
      bundler.onLoad({ filter }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const [code, replacement] of Object.entries(replacements)) {
          if (!contents.includes(code)) throw new Error(`cannot bundle ${path}: it does not contain ${code}`);
          contents = contents.replace(code, replacement);
        }
        return { contents };
      });
    },
  };
}
