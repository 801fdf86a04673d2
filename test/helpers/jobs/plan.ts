import type { Faults } from './cloud.ts';
import { below, pick, type Random } from '../random.ts';

/** What may be done at the very moment of a request. */
export type Act = 'put' | 'kill' | 'freeze' | 'late' | 'redrive' | 'delete';

/** Something is done where a request asks for something like this. */
export interface Aim {
  readonly at: RegExp;
  readonly when: 'sent' | 'landed';
  readonly acts: readonly Act[];
  readonly share: number;
  readonly freezeMs: readonly [number, number];
  /** How often at most. */
  left: number;
}

/** What a story is made of. */
export interface Plan {
  readonly keys: readonly string[];
  readonly parallel: number;
  readonly isVersioned: boolean;
  readonly faults: Faults;
  readonly unsettledShare: number;
  /** How often each object is put, in how long a time. */
  readonly puts: number;
  readonly spanMs: number;
  readonly eventMs: number;
  readonly deleteShare: number;
  readonly mostRecords: readonly number[];
  readonly badShares: readonly number[];
  readonly deadlyShare: number;
  readonly writeMs: number;
  /** How often a worker comes to save; where that is rarer than its lease is long, the lease runs out now and then. */
  readonly workerSaveMs: number;
  readonly functionSaveMs: number;
  /** What functions have of time, each one of these. */
  readonly functionTimesMs: readonly number[];
  readonly throttledUntilMs: number;
  readonly processes: number;
  /** Mean time between two deaths, or sleeps. */
  readonly killEveryMs: number;
  readonly redriveEveryMs: number;
  readonly aims: readonly Aim[];
  /** Faults cease after so long. */
  readonly faultsMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const keys = ['import/a file.csv', 'import/ü+%2B.csv', 'import/c.csv'] as const;

/** Anything may happen, at any time. */
export function planOf(chance: Random): Plan {
  const isCalm = chance() < 0.1;
  return {
    keys: keys.slice(0, 1 + below(keys.length, chance)),
    parallel: pick([1, 1, 1, 2, 5], chance),
    isVersioned: chance() < 0.4,
    faults: isCalm
      ? { lostAnswers: 0, noAnswers: 0, duplicates: 0, lostMessages: 0 }
      : {
          lostAnswers: pick([0, 0.05, 0.2], chance),
          noAnswers: pick([0.001, 0.01, 0.03], chance),
          duplicates: pick([0, 0.05, 0.3], chance),
          lostMessages: pick([0, 0, 0.05], chance),
        },
    unsettledShare: isCalm ? 0 : pick([0, 0, 0.3], chance),
    puts: 1 + below(4, chance),
    spanMs: pick([20_000, 2 * minuteMs, 5 * minuteMs], chance),
    eventMs: 5_000,
    deleteShare: 0.1,
    mostRecords: [10, 60, 200],
    badShares: [0, 0, 0.02, 0.2],
    deadlyShare: 0.15,
    writeMs: pick([20, 1_000, 5_000], chance),
    workerSaveMs: pick([20_000, 20_000, 70_000], chance),
    functionSaveMs: 3_000,
    functionTimesMs: [15_000, 40_000, 15 * minuteMs],
    throttledUntilMs: 0,
    processes: 1 + below(4, chance),
    killEveryMs: isCalm ? Infinity : pick([5_000, 30_000, 3 * minuteMs], chance),
    redriveEveryMs: isCalm ? Infinity : pick([20_000, 5 * minuteMs, Infinity, Infinity], chance),
    aims: [],
    faultsMs: 20 * minuteMs,
  };
}

const moments = [
  /^get .*tasks/,
  /^get .*job$/,
  /^get .*heads/,
  /^put .*tasks/,
  /^put .*tasks/,
  /^put .*job$/,
  /^put .*job$/,
  /^put .*heads/,
  /^put .*open/,
  /^put .*summary/,
  /^publish/,
  /^remove/,
  /^send/,
  /^delete/,
  /^write/,
  /^head/,
  /^list/,
  /^settle/,
] as const;

/** One thing is done at another, and little else happens: what follows is seen clearly. */
export function aimedPlanOf(chance: Random): Plan {
  const isQuiet = chance() < 0.6;
  return {
    ...planOf(chance),
    keys: keys.slice(0, 1),
    faults: {
      lostAnswers: isQuiet ? 0 : 0.05,
      noAnswers: isQuiet ? 0 : 0.01,
      duplicates: pick([0, 0, 0.1, 0.3], chance),
      lostMessages: 0,
    },
    puts: pick([1, 1, 2], chance),
    spanMs: 20_000,
    eventMs: pick([100, 100, 5_000], chance),
    deleteShare: 0,
    mostRecords: [10, 40],
    badShares: [0, 0.05, 0.2],
    deadlyShare: pick([0, 0, 0.5], chance),
    writeMs: pick([20, 500, 5_000], chance),
    processes: 2 + below(3, chance),
    killEveryMs: Infinity,
    redriveEveryMs: pick([Infinity, Infinity, 30_000], chance),
    aims: Array.from({ length: 1 + below(3, chance) }, () => aimOf(chance)),
  };
}

function aimOf(chance: Random): Aim {
  const acts: readonly (readonly [Act, ...Act[]])[] = [
    ['put'],
    ['put', 'freeze'],
    ['put', 'freeze'],
    ['put', 'kill'],
    ['put', 'late'],
    ['freeze'],
    ['freeze'],
    ['kill'],
    ['late'],
    ['redrive', 'freeze'],
    ['redrive', 'late'],
    ['delete', 'freeze'],
    ['delete'],
  ];
  return {
    at: pick(moments, chance),
    when: pick(['sent', 'landed'], chance),
    acts: acts[below(acts.length, chance)] ?? ['put'],
    share: pick([0.05, 0.3, 1], chance),
    freezeMs: pick(
      [
        [500, 20_000],
        [40_000, 80_000],
        [60_000, 200_000],
      ],
      chance,
    ),
    left: pick([1, 1, 3], chance),
  };
}

/** The table takes nothing for hours. */
export function silentPlanOf(chance: Random): Plan {
  return {
    ...planOf(chance),
    keys: keys.slice(0, 1),
    parallel: pick([1, 2], chance),
    faults: { lostAnswers: 0.05, noAnswers: 0, duplicates: 0.05, lostMessages: 0 },
    unsettledShare: 0,
    puts: 1,
    deleteShare: 0,
    deadlyShare: 0,
    processes: 2,
    killEveryMs: Infinity,
    functionSaveMs: 30_000,
    functionTimesMs: [15 * minuteMs],
    throttledUntilMs: 7 * hourMs,
    faultsMs: 7 * hourMs,
  };
}
