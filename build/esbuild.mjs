// The parts that the bundle of the program and the bundle of the Lambda function have in common.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../', import.meta.url));

/** Folder of the metafiles: esbuild's account of the files in each bundle. They are not part of the package. */
const metafiles = new URL('../.cache/metafiles/', import.meta.url);

/** @satisfies {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: project,
  // The paths, and so the names of chunks, stay the same if node_modules is a link.
  preserveSymlinks: true,
  bundle: true,
  metafile: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  // CommonJS packages use these, and ES modules do not have them.
  banner: {
    js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url),__dirname=import.meta.dirname;",
  },
  // Names stay: stack traces are readable, and errors are recognized by name.
  minifyWhitespace: true,
  minifySyntax: true,
  // build/licenses.mjs writes them.
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * @param {string} name of the bundle
 * @param {import('esbuild').Metafile} metafile
 */
export function saveMetafile(name, metafile) {
  mkdirSync(metafiles, { recursive: true });
  writeFileSync(new URL(`${name}.json`, metafiles), JSON.stringify(metafile));
}

/**
 * Returns the packages with code in a bundle, as folders like `node_modules/csv-parse`, with their bytes in the bundles.
 * @returns {Map<string, number>}
 */
export function bundledPackages() {
  /** @type {Map<string, number>} */
  const packages = new Map();
  for (const name of readdirSync(metafiles)) {
    const { outputs } = /** @type {import('esbuild').Metafile} */ (
      JSON.parse(readFileSync(new URL(name, metafiles), 'utf8'))
    );
    for (const { inputs } of Object.values(outputs))
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
        if (folder === undefined || bytesInOutput === 0) continue;
        packages.set(folder, (packages.get(folder) ?? 0) + bytesInOutput);
      }
  }
  return packages;
}
