import type { Scenario } from './simulate.ts';

/** A scenario with the available capacity, in items per second. */
export interface Judged extends Scenario {
  readonly limitAt: (nowMs: number) => number;
  /** Seconds between which utilisation is measured. Default: from 2 s to the end. */
  readonly measured?: readonly [from: number, to: number];
  /** Second at which capacity returns: the run measures the time until 90 % of it is used. */
  readonly backAt?: number;
}

const noIndexes = new Map<string, number>();
const starved = new Map([['by_email', 500]]);
const plenty = 1_000_000_000;

const always = (rate: number) => () => rate;
const from = (second: number, before: number, after: number) => (nowMs: number) =>
  nowMs < second * 1000 ? before : after;
const storm = (nowMs: number): number => (nowMs >= 20_000 && nowMs < 30_000 ? 500 : 5_000);
/** DynamoDB doubles capacity within half an hour, the model within 15 s. */
const warming = (nowMs: number): number => 4_000 * 2 ** Math.floor(nowMs / 15_000);

/** The scenarios that flow control must handle. @param latencyMs mean round trip. */
export function scenarios(latencyMs: number, seed: number): Judged[] {
  const at = { latencyMs, seed };
  const limited = (limitAt: (nowMs: number) => number): Pick<Judged, 'limitAt' | 'table'> => ({
    limitAt,
    table: { unitsPerSecond: limitAt },
  });
  return [
    {
      ...at,
      ...limited(always(5_000)),
      name: 'provisioned',
      described: () => ({ table: 5_000, indexes: noIndexes }),
      seconds: 20,
    },
    {
      ...at,
      ...limited(from(20, 5_000, 10_000)),
      name: 'provisioned, doubled while loading',
      described: (nowMs) => ({ table: from(20, 5_000, 10_000)(nowMs), indexes: noIndexes }),
      measured: [35, 50],
      seconds: 50,
    },
    {
      ...at,
      name: 'a starved index',
      table: { unitsPerSecond: always(5_000), indexes: starved },
      limitAt: always(500),
      described: () => ({ table: 5_000, indexes: starved }),
      seconds: 30,
    },
    { ...at, ...limited(always(5_000)), name: 'constant, unknown', seconds: 40 },
    { ...at, ...limited(from(20, 5_000, 2_500)), name: 'halved, unknown', measured: [22, 40], seconds: 40 },
    {
      ...at,
      ...limited(from(20, 5_000, 10_000)),
      name: 'doubled, unknown',
      backAt: 20,
      measured: [30, 40],
      seconds: 40,
    },
    { ...at, ...limited(storm), name: 'storm: 10 % for 10 s', backAt: 30, measured: [35, 45], seconds: 45 },
    { ...at, ...limited(warming), name: 'new on-demand table', seconds: 45 },
    {
      ...at,
      name: 'sorted, 64 keys of 1,000',
      table: { unitsPerSecond: always(plenty), partitionUnitsPerSecond: 100 },
      limitAt: always(6_400),
      partitionOf: (record) => `p${Math.floor(record / 1_000)}`,
      records: 64_000,
      measured: [0, 9],
      seconds: 60,
    },
    {
      ...at,
      name: 'one partition key',
      table: { unitsPerSecond: always(plenty) },
      limitAt: always(1_000),
      partitionOf: () => 'p',
      seconds: 30,
    },
    {
      ...at,
      name: '4 hot keys, 80 % of all',
      table: { unitsPerSecond: always(20_000) },
      limitAt: always(5_000),
      partitionOf: (record, chance) => (chance() < 0.8 ? `hot${Math.floor(chance() * 4)}` : `p${record}`),
      measured: [20, 30],
      seconds: 30,
    },
    {
      ...at,
      name: '5 % throttled at any rate',
      table: { unitsPerSecond: always(20_000), randomThrottleShare: 0.05 },
      limitAt: always(20_000),
      seconds: 12,
    },
    {
      ...at,
      name: 'half throttled at any rate',
      table: { unitsPerSecond: always(20_000), randomThrottleShare: 0.5 },
      limitAt: always(20_000),
      seconds: 20,
    },
    {
      ...at,
      name: 'half throttled, sort key',
      table: { unitsPerSecond: always(20_000), randomThrottleShare: 0.5 },
      limitAt: always(20_000),
      partitionOf: (record) => `p${Math.floor(record / 10)}`,
      seconds: 20,
    },
    {
      ...at,
      name: 'throttling and network faults',
      table: { unitsPerSecond: always(20_000), randomThrottleShare: 0.06, randomPartialShare: 0.15 },
      limitAt: always(20_000),
      faults: { lostShare: 0.03, delayedShare: 0.02, delayMs: 200 },
      seconds: 20,
    },
  ];
}

/** A table without limits, to measure the loader itself. @param concurrency `auto`, or a number to compare with it. */
export function unlimited(latencyMs: number, seed: number, concurrency: number | 'auto'): Judged {
  return {
    name: concurrency === 'auto' ? 'no limit' : `no limit, ${concurrency} in flight`,
    table: { unitsPerSecond: always(plenty) },
    limitAt: always(plenty),
    concurrency,
    latencyMs,
    seed,
    measured: [4, 5],
    seconds: 5,
  };
}
