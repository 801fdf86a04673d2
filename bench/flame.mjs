// node bench/flame.mjs [--records N] [-- options of csv2ddb]: shows where csv2ddb spends its time. Runs it with --cpu-prof into the null
// endpoint, writes docs/flame.svg, prints the share of each part, and stores it in bench/results.json.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { csv2ddbWords } from './contenders/csv2ddb.mjs';
import { callTree } from './flame/profile.mjs';
import { sharesByRoom } from './flame/rooms.mjs';
import { flameGraph } from './flame/svg.mjs';
import { parseJson } from '../build/json.mjs';
import { mustArrive, oneRun } from './measures/one-run.mjs';
import { cachePath, compiledPath, projectPath } from './places.mjs';
import { recordsFile } from './records.mjs';
import { originOf } from './report/machine.mjs';
import { readResults, writeResults } from './report/results.mjs';
import { say } from './report/say.mjs';
import { flameSection } from './report/sections.mjs';
import { grouped } from './report/table.mjs';
import { textSection } from './report/text.mjs';

const words = process.argv.slice(2);
const cut = words.includes('--') ? words.indexOf('--') : words.length;
const { values } = parseArgs({
  args: words.slice(0, cut),
  options: { records: { type: 'string', default: '1000000' } },
});
const records = Number(values.records);
const folder = cachePath('profile');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const file = await recordsFile({ count: records });
const run = await oneRun({}, ({ url }) => {
  const [node = '', , ...rest] = csv2ddbWords(file, url, words.slice(cut + 1));
  // Not the bundle: a profile names functions by their files.
  const program = compiledPath('bin/csv2ddb.js');
  return { words: [node, '--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', folder, program, ...rest] };
});
mustArrive(run, records);

const trees = readdirSync(folder).map((name) => {
  const profile = /** @type {import('./flame/profile.mjs').CpuProfile} */ (
    parseJson(readFileSync(join(folder, name), 'utf8'))
  );
  return callTree(profile);
});
// One profile per thread: the main thread is the busiest.
const tree = trees.sort((a, b) => b.totalMicros - a.totalMicros)[0];
if (tree === undefined) throw new Error('no profile was written');

const title = `csv2ddb direct, ${grouped(records)} records of 120 bytes, ${(tree.totalMicros / 1e6).toFixed(1)} s of CPU time`;
writeFileSync(projectPath('docs/flame.svg'), flameGraph(tree, title));
const flame = {
  records,
  microsPerRecord: tree.totalMicros / records,
  shares: sharesByRoom(tree),
  origin: originOf(['node bench/flame.mjs', ...words].join(' ')),
};
const results = readResults();
writeResults({ ...results, flame });
say(textSection(flameSection(flame)));
