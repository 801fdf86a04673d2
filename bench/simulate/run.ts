// npm run simulate -- [--seed 1] [--only PART OF A NAME] [--all]: --all also compares `auto` with fixed concurrencies.
// Runs window, writer and flow control against a model of DynamoDB in virtual time, and prints how much capacity is used
// and how much is throttled. Buckets keep one second of burst, DynamoDB up to 300: the model is harder.
import { parseArgs } from 'node:util';
import { figuresOf, type Figures } from './figures.ts';
import { scenarios, unlimited, type Judged } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const latenciesMs = [1, 6, 20, 50, 100];
const concurrencies = values.all ? (['auto', 16, 64, 512] as const) : (['auto'] as const);

function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)}%`.padStart(9);
}

function formatLine({ name }: Judged, latencyMs: number, figures: Figures): string {
  const { itemsPerSecond, utilisation, throttled, resent, maxInFlight, backAfterSeconds } = figures;
  return [
    name.padEnd(36),
    `${latencyMs} ms`.padStart(7),
    Math.round(itemsPerSecond).toString().padStart(9),
    utilisation < 0.01 ? '-'.padStart(9) : percent(utilisation, 1),
    percent(throttled, 2),
    percent(resent, 1),
    maxInFlight.toString().padStart(10),
    backAfterSeconds === undefined ? '' : `${backAfterSeconds.toFixed(1)} s`.padStart(10),
  ].join('');
}

console.log(`seed ${seed}; throttled: requests, in part or completely; back: time until 90 % of new capacity is used`);
console.log(`${''.padEnd(36)}latency  items/s     used throttled   resent  in flight      back`);
const byLatency = latenciesMs.map((latencyMs) => [
  ...scenarios(latencyMs, seed),
  ...concurrencies.map((concurrency) => unlimited(latencyMs, seed, concurrency)),
]);
for (const [index, { name }] of (byLatency[0] ?? []).entries()) {
  if (!name.includes(values.only)) continue;
  for (const all of byLatency) {
    const scenario = all[index];
    if (scenario !== undefined) console.log(formatLine(scenario, scenario.latencyMs, await figuresOf(scenario)));
  }
}
