// npm run bench -- [--records N] [--sdk-records N] [--rounds R] [--latency MS] [--only csv2ddb|sdk]
// csv2ddb and a plain loop over the SDK, in turns, each against a null endpoint in a process of its own.
import { execSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { prepareEndpoint, startEndpoint } from './endpoint.mjs';
import { here, projectPath } from './places.mjs';
import { measured, median, startMs } from './process.mjs';
import { recordsFile } from './records.mjs';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    // All of them: on 200,000, scaled, the loop looks 7 % slower than it is, as its code is warm only later.
    'sdk-records': { type: 'string' },
    rounds: { type: 'string', default: '3' },
    latency: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
  },
});
const records = whole('records', values.records);
const sdkRecords = Math.min(records, whole('sdk-records', values['sdk-records'] ?? values.records));
const rounds = whole('rounds', values.rounds);
const latencyMs = Number(values.latency);
/** Few enough that what is measured is the start of the process. */
const fewRecords = 25;

const program = projectPath('dist/bin/csv2ddb.js');
if (values.only !== 'sdk' && !existsSync(program)) {
  execSync('npm run build', { cwd: projectPath('.'), stdio: 'inherit' });
}
const endpoint = prepareEndpoint();
if (endpoint.note !== undefined) say(endpoint.note);

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {number} records
 * @property {(file: string, url: string) => string[]} args
 */

/** @type {Contender[]} */
const contenders = [
  {
    name: 'csv2ddb',
    records,
    args: (/** @type {string} */ file, /** @type {string} */ url) => [
      ...[program, 'direct', file, '--table', 'bench', '--endpoint-url', url, '--region', 'us-east-1', '--json'],
    ],
  },
  {
    name: 'sdk',
    records: sdkRecords,
    args: (/** @type {string} */ file, /** @type {string} */ url) => [here('sdk-loop.mjs'), file, 'bench', url],
  },
].filter(({ name }) => values.only === '' || values.only === name);

/**
 * One run, with a null endpoint of its own, which must have received every item once.
 * @param {Contender} contender
 * @param {number} count
 */
async function once(contender, count) {
  const file = await recordsFile(count);
  const server = await startEndpoint(endpoint, latencyMs);
  /** @type {import('./process.mjs').Used | undefined} */
  let used;
  /** @type {import('./endpoint.mjs').Received | undefined} */
  let received;
  try {
    used = await measured(contender.args(file, server.url));
  } finally {
    received = await server.stop();
  }
  if (received.items !== count || received.oversize > 0) {
    throw new Error(`${contender.name}: ${received.items} of ${count} items arrived`);
  }
  return { ...used, requests: received.requests };
}

/** @type {Map<Contender, Awaited<ReturnType<typeof once>>[]>} */
const runs = new Map(contenders.map((contender) => [contender, []]));
for (let round = 1; round <= rounds; round++) {
  for (const [contender, done] of runs) {
    const used = await once(contender, contender.records);
    done.push(used);
    say(
      `round ${round}, ${contender.name}: ${contender.records} records, ${used.wallSeconds.toFixed(2)} s, ` +
        `${used.cpuSeconds.toFixed(2)} CPU s, ${used.peakMb.toFixed(0)} MB`,
    );
  }
}

const results = [];
for (const [contender, done] of runs) {
  // The start of the process is paid once, so it is left out where a shorter run stands for a million records.
  const start = contender.records < 1_000_000 ? await once(contender, fewRecords) : undefined;
  const startCpu = start?.cpuSeconds ?? 0;
  const startWall = start?.wallSeconds ?? 0;
  const cpu = median(done.map(({ cpuSeconds }) => cpuSeconds));
  const wall = median(done.map(({ wallSeconds }) => wallSeconds));
  const scale = 1_000_000 / contender.records;
  results.push({
    name: contender.name,
    records: contender.records,
    recordsPerSecond: Math.round(1_000_000 / ((wall - startWall) * scale + startWall)),
    cpuSecondsPerMillion: (cpu - startCpu) * scale + startCpu,
    peakMb: median(done.map(({ peakMb }) => peakMb)),
    rounds: done,
  });
}

say(`\nNode ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'CPU'}; medians of ${rounds} rounds`);
say('            records   records/s   CPU s/million   peak MB');
for (const { name, records: count, recordsPerSecond, cpuSecondsPerMillion, peakMb } of results) {
  say(
    name.padEnd(9) +
      String(count).padStart(10) +
      String(recordsPerSecond).padStart(12) +
      cpuSecondsPerMillion.toFixed(2).padStart(16) +
      peakMb.toFixed(0).padStart(10),
  );
}
const [own, sdk] = results;
const ratio = own !== undefined && sdk !== undefined ? sdk.cpuSecondsPerMillion / own.cpuSecondsPerMillion : undefined;
if (ratio !== undefined) say(`csv2ddb does ${ratio.toFixed(1)} times the records of the SDK loop per CPU second`);
if (contenders.some((contender) => contender.records < 1_000_000)) {
  say('Fewer than a million records are scaled to a million, the start of the process counted once.');
}
const startOf =
  values.only === 'sdk' ? undefined : { help: startMs([program, '--help']), version: startMs([program, '--version']) };
if (startOf !== undefined)
  say(`--help ${startOf.help.toFixed(0)} ms, --version ${startOf.version.toFixed(0)} ms (medians of 10)`);
writeFileSync(
  here('results.json'),
  `${JSON.stringify({ node: process.version, latencyMs, results, ratio, startMs: startOf }, undefined, 2)}\n`,
);

/**
 * @param {string} name
 * @param {string} text
 */
function whole(name, text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${name} takes a whole number above 0, not ${text}`);
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
