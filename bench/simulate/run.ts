// npm run simulate -- [--seed 1] [--only PART OF A NAME] [--all]: --all compares `auto` with fixed numbers of requests in flight too.
// The loader's window, writer and flow control against a model of DynamoDB, in virtual time: how much of the capacity
// is used, and how much is throttled. Buckets keep one second of burst; DynamoDB keeps up to 300, which is easier.
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

function row({ name }: Judged, latencyMs: number, figures: Figures): string {
  const { itemsPerSecond, utilisation, throttled, resent, mostInFlight, backAfterSeconds } = figures;
  return [
    name.padEnd(36),
    `${latencyMs} ms`.padStart(7),
    Math.round(itemsPerSecond).toString().padStart(9),
    utilisation < 0.01 ? '-'.padStart(9) : percent(utilisation, 1),
    percent(throttled, 2),
    percent(resent, 1),
    mostInFlight.toString().padStart(10),
    backAfterSeconds === undefined ? '' : `${backAfterSeconds.toFixed(1)} s`.padStart(10),
  ].join('');
}

console.log(
  `seed ${seed}; throttled: requests that came back whole or in part; back: until 90 % of new capacity are used`,
);
console.log(`${''.padEnd(36)}latency  items/s     used throttled   resent  in flight      back`);
const byLatency = latenciesMs.map((latencyMs) => [
  ...scenarios(latencyMs, seed),
  ...concurrencies.map((concurrency) => unlimited(latencyMs, seed, concurrency)),
]);
for (const [index, { name }] of (byLatency[0] ?? []).entries()) {
  if (!name.includes(values.only)) continue;
  for (const all of byLatency) {
    const scenario = all[index];
    if (scenario !== undefined) console.log(row(scenario, scenario.latencyMs, await figuresOf(scenario)));
  }
}
