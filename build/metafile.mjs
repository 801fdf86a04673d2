// The metafiles of the bundles, in .cache/metafiles: esbuild's account of the files in each bundle, with their bytes.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { parseJson } from './json.mjs';

const folder = new URL('../.cache/metafiles/', import.meta.url);

/** @typedef {import('esbuild').Metafile} Metafile */

/**
 * @param {string} name of the bundle
 * @param {Metafile} metafile
 */
export function saveMetafile(name, metafile) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), JSON.stringify(metafile));
}

/**
 * Returns one metafile for all bundles.
 * @returns {Metafile}
 */
export function readMetafile() {
  const all = readdirSync(folder).map(
    (name) => /** @type {Metafile} */ (parseJson(readFileSync(new URL(name, folder), 'utf8'))),
  );
  return {
    inputs: Object.fromEntries(all.flatMap(({ inputs }) => Object.entries(inputs))),
    outputs: Object.fromEntries(all.flatMap(({ outputs }) => Object.entries(outputs))),
  };
}

/**
 * Returns the packages with code in a bundle, as folders like `node_modules/csv-parse`.
 * @returns {string[]}
 */
export function findBundledPackages() {
  const paths = Object.values(readMetafile().outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = paths.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}
