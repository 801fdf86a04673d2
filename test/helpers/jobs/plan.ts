import type { Faults } from './cloud.ts';
import { below, pick, type Random } from '../random.ts';

/**
 * An action that the simulation takes at the moment of a request. A rival is another process that works on the same jobs: the
 * states that a frozen or late process has seen become outdated.
 */
export type FaultAction = 'put' | 'kill' | 'freeze' | 'late' | 'redrive' | 'delete' | 'rival';

/** Actions that are taken when a request matches. */
export interface TargetedFault {
  readonly request: RegExp;
  readonly when: 'sent' | 'landed';
  readonly actions: readonly FaultAction[];
  readonly probability: number;
  readonly freezeMs: readonly [number, number];
  /** How many times it may still happen. */
  remaining: number;
}

/** The parameters of a scenario. */
export interface Plan {
  readonly keys: readonly string[];
  readonly parallel: number;
  readonly isVersioned: boolean;
  readonly faults: Faults;
  readonly invalidSettingsShare: number;
  /** How many times each object is uploaded, within `spanMs`. */
  readonly puts: number;
  readonly spanMs: number;
  readonly eventMs: number;
  readonly deleteShare: number;
  readonly maxRecords: readonly number[];
  readonly badShares: readonly number[];
  readonly deadlyShare: number;
  readonly writeMs: number;
  /** Time between two saves of a worker. If it is longer than the lease, the lease sometimes expires. */
  readonly workerSaveMs: number;
  readonly functionSaveMs: number;
  /** Possible time limits of a function. */
  readonly functionTimesMs: readonly number[];
  readonly throttledUntilMs: number;
  readonly processes: number;
  /** Mean time between two kills or freezes. */
  readonly killEveryMs: number;
  readonly redriveEveryMs: number;
  readonly targetedFaults: readonly TargetedFault[];
  /** Faults end after this time. */
  readonly faultsMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const keys = ['import/a file.csv', 'import/ü+%2B.csv', 'import/c.csv'] as const;

/** Makes a plan in which every fault can happen at any time. */
export function makeRandomPlan(chance: Random): Plan {
  const isCalm = chance() < 0.1;
  return {
    keys: keys.slice(0, 1 + below(keys.length, chance)),
    parallel: pick([1, 1, 1, 2, 5], chance),
    isVersioned: chance() < 0.4,
    faults: isCalm
      ? { lostResponses: 0, missingResponses: 0, duplicates: 0, lostMessages: 0 }
      : {
          lostResponses: pick([0, 0.05, 0.2], chance),
          missingResponses: pick([0.001, 0.01, 0.03], chance),
          duplicates: pick([0, 0.05, 0.3], chance),
          lostMessages: pick([0, 0, 0.05], chance),
        },
    invalidSettingsShare: isCalm ? 0 : pick([0, 0, 0.3], chance),
    puts: 1 + below(4, chance),
    spanMs: pick([20_000, 2 * minuteMs, 5 * minuteMs], chance),
    eventMs: 5_000,
    deleteShare: 0.1,
    maxRecords: [10, 60, 200],
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
    targetedFaults: [],
    faultsMs: 20 * minuteMs,
  };
}

const requests = [
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

/** Makes a plan with faults at chosen requests and few others, so that their effects can be traced. */
export function makeTargetedPlan(chance: Random): Plan {
  const isQuiet = chance() < 0.6;
  return {
    ...makeRandomPlan(chance),
    keys: keys.slice(0, 1),
    faults: {
      lostResponses: isQuiet ? 0 : 0.05,
      missingResponses: isQuiet ? 0 : 0.01,
      duplicates: pick([0, 0, 0.1, 0.3], chance),
      lostMessages: 0,
    },
    puts: pick([1, 1, 2], chance),
    spanMs: 20_000,
    eventMs: pick([100, 100, 5_000], chance),
    deleteShare: 0,
    maxRecords: [10, 40],
    badShares: [0, 0.05, 0.2],
    deadlyShare: pick([0, 0, 0.5], chance),
    writeMs: pick([20, 500, 5_000], chance),
    processes: 2 + below(3, chance),
    killEveryMs: Infinity,
    redriveEveryMs: pick([Infinity, Infinity, 30_000], chance),
    targetedFaults: Array.from({ length: 1 + below(3, chance) }, () => makeTargetedFault(chance)),
  };
}

function makeTargetedFault(chance: Random): TargetedFault {
  const actions: readonly (readonly [FaultAction, ...FaultAction[]])[] = [
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
    ['rival', 'freeze'],
    ['rival', 'freeze'],
    ['rival', 'late'],
    ['rival', 'late'],
  ];
  return {
    request: pick(requests, chance),
    when: pick(['sent', 'landed'], chance),
    actions: actions[below(actions.length, chance)] ?? ['put'],
    probability: pick([0.05, 0.3, 1], chance),
    freezeMs: pick(
      [
        [500, 20_000],
        [40_000, 80_000],
        [60_000, 200_000],
      ],
      chance,
    ),
    remaining: pick([1, 1, 3], chance),
  };
}

/** Makes a plan in which DynamoDB throttles every write for hours. */
export function makeThrottledPlan(chance: Random): Plan {
  return {
    ...makeRandomPlan(chance),
    keys: keys.slice(0, 1),
    parallel: pick([1, 2], chance),
    faults: { lostResponses: 0.05, missingResponses: 0, duplicates: 0.05, lostMessages: 0 },
    invalidSettingsShare: 0,
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
