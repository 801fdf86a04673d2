// npm run audit: asks the npm registry for known vulnerabilities of the packages with code in a bundle, and fails if
// there are any. It says so if the registry does not answer, and then it does not fail.
import { spawnSync } from 'node:child_process';
import { project } from './esbuild.mjs';
import { parseJson } from './json.mjs';
import { findBundledPackages } from './metafile.mjs';

/**
 * @typedef {object} Audit the output of `npm audit --json`
 * @property {Readonly<Record<string, { severity: string, nodes: readonly string[] }>>} [vulnerabilities] by package; absent if
 *   the registry did not answer
 * @property {string} [message]
 */

const npm = process.env['npm_execpath'];
if (npm === undefined) throw new Error('run it with npm run audit');
const { stdout } = spawnSync(process.execPath, [npm, 'audit', '--json'], { cwd: project, encoding: 'utf8' });
const { vulnerabilities, message } = /** @type {Audit} */ (parseJson(stdout));

const bundled = findBundledPackages();
if (vulnerabilities === undefined) {
  console.error(`NOT AUDITED: the registry did not answer: ${message ?? 'no reason given'}`);
} else {
  const found = Object.entries(vulnerabilities).filter(([, { nodes }]) => nodes.some((node) => bundled.includes(node)));
  for (const [name, { severity }] of found) console.error(`${name} has a vulnerability of ${severity} severity`);
  console.error(`audited ${bundled.length} bundled packages: ${found.length} are vulnerable`);
  if (found.length > 0) process.exitCode = 1;
}
