import { backoffMs } from './backoff.ts';
import { addRequest, isOver, emptyRound, ratePerMs, isLimited, type EndedRequest, type Round } from './round.ts';

/** Initial and minimum concurrency of `--concurrency auto`. Needs no trial: even if the endpoint responds at once, responses
 * wait for the event loop and the processor stays busy. */
const minAuto = 16;
/** Maximum requests in flight with `--concurrency auto`, each with its own socket. */
export const maxAuto = 512;

/** Factors of a step. */
const doubling = 2;
const growth = 1.5;
const shrinkage = 0.75;

/** A trial fails after this many rounds. The best one counts, because a stall of the event loop lengthens round trips. */
const trialRounds = 3;
/** Minimum gain of a step up, as a share of the gain if latency were the only limit. */
const worthwhileShare = 1 / 3;

/** Time between trials that changed nothing, in ms. Doubles up to the maximum. */
const firstIntervalMs = 1_000;
const maxIntervalMs = 30_000;

/**
 * The maximum number of requests in flight, as a value.
 *
 * - Doubling: from the start until a step brings no gain.
 * - Trials: a step up or down from time to time. A higher ceiling stays if it brings at least a third of the gain that it
 *   would bring if latency were the only limit. A lower one stays if it costs less than that. A step that stays is followed
 *   by another, a step that does not by a growing interval.
 * - Not limiting: if fewer requests are in flight than allowed, the processor or the source sets the pace. Then only steps
 *   down are tried until that changes, because unnecessary requests cost memory and processor cache. If a rate sets the
 *   pace, nothing is tried: few requests are in flight anyway, and a step down could lower the rate.
 * - Lost responses halve the ceiling; later responses restore it one by one.
 */
export interface Concurrency {
  readonly ceiling: number;
  /** Below it the ceiling grows with every response. */
  readonly min: number;
  readonly max: number;
  readonly isDoubling: boolean;
  readonly trial: Trial | undefined;
  readonly nextTrial: NextTrial;
  /** Responses to requests sent earlier say nothing about this ceiling. */
  readonly changedMs: number;
  readonly round: Round;
  /** When the ceiling was last halved, and how often without a response in between. */
  readonly halvedMs: number;
  readonly lossesInARow: number;
  /** No request is sent before this time. */
  readonly backoffUntilMs: number;
}

interface Trial {
  /** State before the trial. */
  readonly ceiling: number;
  readonly perMs: number;
  readonly wasLimit: boolean;
  /** Rounds of the trial without enough gain. */
  readonly rounds: number;
}

interface NextTrial {
  readonly atMs: number;
  readonly intervalMs: number;
  readonly isUp: boolean;
  /** Whether the ceiling limited throughput when the interval began. */
  readonly wasLimit: boolean;
}

/** @param concurrency a fixed number, or `auto`. */
export function newConcurrency(concurrency: number | 'auto', nowMs: number): Concurrency {
  const isAuto = concurrency === 'auto';
  const min = isAuto ? minAuto : concurrency;
  return {
    ceiling: min,
    min,
    max: isAuto ? maxAuto : concurrency,
    isDoubling: true,
    trial: undefined,
    nextTrial: { atMs: nowMs, intervalMs: firstIntervalMs, isUp: true, wasLimit: true },
    changedMs: nowMs,
    round: emptyRound,
    halvedMs: 0,
    lossesInARow: 0,
    backoffUntilMs: 0,
  };
}

/** Returns the state after a response of any kind. */
export function adjustForResponse(before: Concurrency, ended: EndedRequest): Concurrency {
  const { sentMs, nowMs, inFlight, isPaced } = ended;
  const { ceiling, min, max } = before;
  const isFull = inFlight >= ceiling;
  const state = before.lossesInARow === 0 ? before : { ...before, lossesInARow: 0, backoffUntilMs: 0 };
  if (ceiling < min) return isFull ? { ...state, ceiling: ceiling + 1, changedMs: nowMs, round: emptyRound } : state;
  if (min === max || sentMs < state.changedMs) return state;
  const round = addRequest(state.round, ended, isFull);
  if (!isOver(round, ceiling, nowMs)) return { ...state, round };
  const isLimit = isLimited(round);
  const canShrink = ceiling > min && (isLimit || !isPaced);
  const result = { perMs: ratePerMs(round), isLimit, canShrink, nowMs };
  return judge({ ...state, round: emptyRound }, result);
}

/** Returns the state after a lost response: a timeout, a reset or a 5xx. Halves once for all requests in flight. */
export function adjustForLoss(state: Concurrency, sentMs: number, nowMs: number, random: number): Concurrency {
  if (sentMs < state.halvedMs) return state;
  const lossesInARow = state.lossesInARow + 1;
  return {
    ...state,
    ceiling: Math.max(1, state.ceiling >>> 1),
    isDoubling: false,
    trial: undefined,
    nextTrial: { atMs: nowMs + firstIntervalMs, intervalMs: firstIntervalMs, isUp: true, wasLimit: true },
    changedMs: nowMs,
    round: emptyRound,
    halvedMs: nowMs,
    lossesInARow,
    backoffUntilMs: lossesInARow < 2 ? 0 : nowMs + backoffMs(lossesInARow - 1, random),
  };
}

/** Result of a completed round. */
interface RoundResult {
  readonly perMs: number;
  /** The ceiling limited throughput. */
  readonly isLimit: boolean;
  /** A step down may be tried: the ceiling is above the minimum, and no rate sets the pace. */
  readonly canShrink: boolean;
  readonly nowMs: number;
}

/**
 * Decides what follows a round.
 *
 * | trial | the round shows                           | next                                     |
 * | ----- | ----------------------------------------- | ---------------------------------------- |
 * | none  | nothing to try, or the interval runs      | nothing changes                          |
 * | none  | the ceiling limits, and up is next        | a step up                                |
 * | none  | anything else                             | a step down                              |
 * | any   | not enough gain, first and second time    | another round                            |
 * | any   | not enough gain, third time               | revert, and a longer interval            |
 * | up    | enough gain, and the ceiling still limits | another step up                          |
 * | down  | enough gain, and fewer may be tried       | another step down                        |
 * | any   | enough gain                               | an interval, then the opposite direction |
 */
function judge(state: Concurrency, result: RoundResult): Concurrency {
  const { ceiling, max, trial } = state;
  const { isLimit, canShrink, nowMs } = result;
  if (trial === undefined) return isDue(state, result) ? step(state, isUpNext(state, isLimit), result) : state;
  if (!isWorthwhile(trial, ceiling, result)) {
    const rounds = trial.rounds + 1;
    return rounds < trialRounds ? { ...state, trial: { ...trial, rounds } } : revert(state, trial, nowMs);
  }
  const isUp = ceiling > trial.ceiling;
  const isFollowed = isUp ? isLimit && ceiling < max : canShrink;
  const nextTrial = scheduleTrial({ intervalMs: firstIntervalMs, isUp: isUp === isFollowed, wasLimit: isLimit }, nowMs);
  const kept = { ...state, trial: undefined, nextTrial };
  return isFollowed ? step(kept, isUp, result) : kept;
}

/** Whether to start a trial: the interval is over, or the ceiling has become a limit. */
function isDue({ nextTrial, changedMs }: Concurrency, { isLimit, canShrink, nowMs }: RoundResult): boolean {
  const hasBecomeLimit = isLimit && !nextTrial.wasLimit && nowMs - changedMs >= firstIntervalMs;
  return (isLimit || canShrink) && (nowMs >= nextTrial.atMs || hasBecomeLimit);
}

function isUpNext({ ceiling, min, max, nextTrial }: Concurrency, isLimit: boolean): boolean {
  return isLimit && ceiling < max && (nextTrial.isUp || !nextTrial.wasLimit || ceiling === min);
}

function isWorthwhile(trial: Trial, ceiling: number, { perMs }: RoundResult): boolean {
  return perMs >= trial.perMs * (1 + (ceiling / trial.ceiling - 1) * worthwhileShare);
}

/** Changes the ceiling, and keeps the current rate for comparison. */
function step(state: Concurrency, isUp: boolean, { perMs, isLimit, nowMs }: RoundResult): Concurrency {
  const isDoubling = isUp && state.isDoubling;
  const factor = isUp ? (isDoubling ? doubling : growth) : shrinkage;
  const ceiling = Math.min(state.max, Math.max(state.min, Math.round(state.ceiling * factor)));
  const trial = { ceiling: state.ceiling, perMs, wasLimit: isLimit, rounds: 0 };
  return { ...state, ceiling, isDoubling, trial, changedMs: nowMs };
}

/** Restores the ceiling of before the trial. After doubling, a smaller step up is tried before a step down. */
function revert(state: Concurrency, { ceiling, wasLimit }: Trial, nowMs: number): Concurrency {
  const isUp = state.ceiling <= ceiling || state.isDoubling;
  const nextTrial = scheduleTrial({ intervalMs: state.nextTrial.intervalMs, isUp, wasLimit }, nowMs);
  return { ...state, ceiling, trial: undefined, isDoubling: false, changedMs: nowMs, nextTrial };
}

function scheduleTrial(next: Omit<NextTrial, 'atMs'>, nowMs: number): NextTrial {
  return { ...next, atMs: nowMs + next.intervalMs, intervalMs: Math.min(next.intervalMs * 2, maxIntervalMs) };
}
