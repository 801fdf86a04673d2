// node build/licenses.mjs: writes dist/THIRD-PARTY-LICENSES.txt: the license of each package with code in a bundle. Fails
// if a license is missing or not one of those below.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './esbuild.mjs';
import { parseJson } from './json.mjs';
import { findBundledPackages } from './metafile.mjs';

/** Licenses that allow distribution in a package with a different license. */
const allowed = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']);

/** Licenses of the libraries in the binaries of classic-level. */
const binaries = [
  { name: 'leveldb 1.20', license: 'BSD-3-Clause', file: 'classic-level/deps/leveldb/leveldb-1.20/LICENSE' },
  { name: 'snappy', license: 'BSD-3-Clause', file: 'classic-level/deps/snappy/snappy/COPYING' },
  { name: 'napi-macros', license: 'MIT', file: 'napi-macros/LICENSE' },
];

/**
 * @typedef {object} Package
 * @property {string} name with version
 * @property {string} license SPDX identifier
 * @property {string | undefined} text
 * @property {string | undefined} repository
 */

const packages = findBundledPackages().map(readPackage);
for (const one of binaries) {
  const text = readFileSync(join(project, 'node_modules', one.file), 'utf8');
  packages.push({ name: one.name, license: one.license, text, repository: undefined });
}

const problems = packages
  .filter(({ license }) => !allowed.has(license))
  .map(({ name, license }) => `the license of ${name} is ${license}`);

/**
 * The names of the packages with the same license text, which many share, by its words.
 * @type {Map<string, { text: string, names: string[] }>}
 */
const sections = new Map();
for (const one of packages.sort((a, b) => (a.name < b.name ? -1 : 1))) {
  const text = one.text ?? textOfRepository(one);
  if (text === undefined) {
    problems.push(`${one.name} has no license text`);
    continue;
  }
  const words = text.replaceAll(/\s+/g, ' ').trim();
  const section = sections.get(words) ?? { text: text.replaceAll('\r\n', '\n').trim(), names: [] };
  section.names.push(`${one.name} (${one.license})`);
  sections.set(words, section);
}
if (problems.length > 0) throw new Error(problems.join('\n'));

const parts = [...sections.values()].map(({ names, text }) => `${names.join('\n')}\n\n${text}\n`);
writeFileSync(
  join(project, 'dist', 'THIRD-PARTY-LICENSES.txt'),
  ['csv2ddb contains code of these packages.\n', ...parts].join(`\n${'-'.repeat(100)}\n\n`),
);
console.error(`dist/THIRD-PARTY-LICENSES.txt: ${packages.length} packages`);

/**
 * @param {string} folder
 * @returns {Package}
 */
function readPackage(folder) {
  const { name, version, license, repository } =
    /** @type {{ name: string, version: string, license?: string | { type: string }, repository?: string | { url: string } }} */ (
      parseJson(readFileSync(join(project, folder, 'package.json'), 'utf8'))
    );
  const file = readdirSync(join(project, folder)).find((one) => /^(licen[cs]e|copying)(\.|-|$)/i.test(one));
  const kept = join(project, 'build', 'licenses', `${name}.txt`);
  const path = file === undefined ? kept : join(project, folder, file);
  return {
    name: `${name} ${version}`,
    license: (typeof license === 'string' ? license : license?.type) ?? 'missing',
    text: existsSync(path) ? readFileSync(path, 'utf8') : undefined,
    repository: typeof repository === 'string' ? repository : repository?.url,
  };
}

/**
 * Returns the license text of another package of the same repository.
 * @param {Package} one
 */
function textOfRepository({ repository, license }) {
  if (repository === undefined) return undefined;
  return packages.find(
    (other) => other.repository === repository && other.license === license && other.text !== undefined,
  )?.text;
}
