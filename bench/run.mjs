// npm run bench: csv2ddb and whatever else loads DynamoDB and is installed, into an endpoint that does nothing.
// `npm run bench -- --help` says what can be chosen.
import { endpointNote } from './endpoint/start.mjs';
import { findContenders } from './contenders/list.mjs';
import { measureConcurrency } from './measures/concurrency.mjs';
import { measureCutting } from './measures/cutting.mjs';
import { measureDialects } from './measures/dialects.mjs';
import { measureFunction } from './measures/function.mjs';
import { measureMemory } from './measures/memory.mjs';
import { measureStart } from './measures/start.mjs';
import { measureThrottled } from './measures/throttled.mjs';
import { compare } from './measures/workloads.mjs';
import { parseOptions, usage } from './options.mjs';
import { workloadTitle } from './report/comparison.mjs';
import { originOf, originText } from './report/machine.mjs';
import { keptResults, readResults, triedResults, workloadKey, writeResults } from './report/results.mjs';
import { say } from './report/say.mjs';
import { comparisonSection, sections } from './report/sections.mjs';
import { writeDocs } from './report/write-docs.mjs';
import { textSection } from './report/text.mjs';

const options = optionsOrUsage();
const origin = originOf(options.command);
const file = options.trial ? triedResults : keptResults;
const results = readResults(file);

say(originText(origin));
if (endpointNote !== undefined) say(endpointNote);
if (origin.load > 1) say('Other programs are running: the figures will be worse than they could be.');

if (options.measures.includes('workloads')) {
  const found = findContenders(options.only);
  for (const { contender, version, missing } of found) {
    say(`  ${contender.title.padEnd(24)} ${version ?? `left out: ${missing ?? ''}`}`);
  }
  for (const workload of options.workloads) {
    say(`\n${workloadTitle(workload)}`);
    const result = { ...(await compare(workload, found, options)), origin };
    results.workloads[workloadKey(workload)] = result;
    writeResults(results, file);
    say(textSection(comparisonSection(result)));
  }
}

const special = {
  start: measureStart,
  memory: measureMemory,
  concurrency: measureConcurrency,
  throttled: measureThrottled,
  dialects: measureDialects,
  cutting: measureCutting,
  function: measureFunction,
};
for (const [name, measure] of Object.entries(special)) {
  if (!options.measures.includes(name) || !options.only.includes('csv2ddb')) continue;
  say(`\n${name}`);
  Object.assign(results, { [name]: { ...(await measure(options.more, options.rounds)), origin } });
  writeResults(results, file);
  for (const section of sections(results)) if (section.name === name) say(textSection(section));
}

say(`\nAll of it is in bench/${file}.`);
if (options.writeDocs) writeDocs(results);

function optionsOrUsage() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
    return process.exit(64);
  }
}
