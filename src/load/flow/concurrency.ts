import { backoffMs } from './backoff.ts';
import { addAnswer, isOver, noRound, ratePerMs, wasLimited, type Ended, type Round } from './round.ts';

/** `--concurrency auto` begins here, and below it no proof is asked for: with an endpoint that answers at once the processor
 * is busy all the same, though answers wait for the event loop. */
const leastAuto = 16;
/** Requests in flight at most with `--concurrency auto`: as many sockets. */
export const mostAuto = 512;

/** Factors of a step. */
const doubling = 2;
const growth = 1.5;
const shrinkage = 0.75;

/** Rounds after which a trial has failed: the best one counts, as the event loop stalls now and then, which makes a round trip look long. */
const trialRounds = 3;
/** What a step up must bring, as a share of what it would bring where latency is all that limits. */
const worthwhileShare = 1 / 3;

/** Between trials that changed nothing, in ms: doubles up to the longest. */
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/**
 * How many requests may be in flight, as a value.
 *
 * - Doubling: from the start on, until that brings nothing.
 * - Trials: now and then a step up or a step down. More in flight stays if it brings at least a third of what it would bring where
 *   latency is all that limits; less stays if it costs less than that. A step that stays is followed by another one, one that
 *   does not by a pause that grows.
 * - No limit: where fewer are in flight than may be, as the processor or the source sets the pace, only steps down are tried,
 *   and a step up as soon as that has changed. What is in flight without need costs memory, and the processor its cache.
 *   Where a rate sets the pace nothing is tried: few are in flight then anyway, and a step down might cost a part of the rate.
 * - Lost answers halve it, and answers that come give that back one by one.
 */
export interface InFlight {
  readonly ceiling: number;
  /** Below it the ceiling grows with every answer. */
  readonly least: number;
  readonly most: number;
  readonly isDoubling: boolean;
  readonly trial: Trial | undefined;
  readonly nextTrial: NextTrial;
  /** Answers to what was sent before say nothing of this ceiling. */
  readonly changedMs: number;
  readonly round: Round;
  /** When it was last halved, and how often in a row without an answer in between. */
  readonly halvedMs: number;
  readonly halved: number;
  /** Nothing is sent before. */
  readonly quietUntilMs: number;
}

interface Trial {
  /** What was before. */
  readonly ceiling: number;
  readonly perMs: number;
  readonly wasLimit: boolean;
  /** Rounds of the trial that were not good enough. */
  readonly rounds: number;
}

interface NextTrial {
  readonly atMs: number;
  readonly pauseMs: number;
  readonly isUp: boolean;
  /** Whether what may be in flight was a limit when the pause began. */
  readonly wasLimit: boolean;
}

/** @param concurrency a fixed ceiling, or `auto`. */
export function newInFlight(concurrency: number | 'auto', nowMs: number): InFlight {
  const isAuto = concurrency === 'auto';
  const least = isAuto ? leastAuto : concurrency;
  return {
    ceiling: least,
    least,
    most: isAuto ? mostAuto : concurrency,
    isDoubling: true,
    trial: undefined,
    nextTrial: { atMs: nowMs, pauseMs: firstPauseMs, isUp: true, wasLimit: true },
    changedMs: nowMs,
    round: noRound,
    halvedMs: 0,
    halved: 0,
    quietUntilMs: 0,
  };
}

/** The state after an answer, of whatever kind. */
export function afterAnswer(before: InFlight, ended: Ended): InFlight {
  const { sentMs, nowMs, inFlight, isPaced } = ended;
  const { ceiling, least, most } = before;
  const isFull = inFlight >= ceiling;
  const state = before.halved === 0 ? before : { ...before, halved: 0, quietUntilMs: 0 };
  if (ceiling < least) return isFull ? { ...state, ceiling: ceiling + 1, changedMs: nowMs, round: noRound } : state;
  if (least === most || sentMs < state.changedMs) return state;
  const round = addAnswer(state.round, ended, isFull);
  if (!isOver(round, ceiling, nowMs)) return { ...state, round };
  const isLimit = wasLimited(round);
  const maySink = ceiling > least && (isLimit || !isPaced);
  const seen = { perMs: ratePerMs(round), isLimit, maySink, nowMs };
  return judge({ ...state, round: noRound }, seen);
}

/** The state after a request without an answer: a time-out, a reset, a 5xx. One halving answers all that was in flight then. */
export function afterLoss(state: InFlight, sentMs: number, nowMs: number, chance: number): InFlight {
  if (sentMs < state.halvedMs) return state;
  const halved = state.halved + 1;
  return {
    ...state,
    ceiling: Math.max(1, state.ceiling >>> 1),
    isDoubling: false,
    trial: undefined,
    nextTrial: { atMs: nowMs + firstPauseMs, pauseMs: firstPauseMs, isUp: true, wasLimit: true },
    changedMs: nowMs,
    round: noRound,
    halvedMs: nowMs,
    halved,
    quietUntilMs: halved < 2 ? 0 : nowMs + backoffMs(halved - 1, chance),
  };
}

/** What a round that is over shows. */
interface Seen {
  readonly perMs: number;
  /** As many were in flight as may be. */
  readonly isLimit: boolean;
  /** Fewer may be tried: not below the least, nor while a rate sets the pace. */
  readonly maySink: boolean;
  readonly nowMs: number;
}

/**
 * What a round leads to.
 *
 * | trial under way | the round shows                       | next                                 |
 * | --------------- | ------------------------------------- | ------------------------------------ |
 * | none            | nothing to try, or the pause goes on  | nothing changes                      |
 * | none            | a limit, and up is next               | a step up                            |
 * | none            | anything else                         | a step down                          |
 * | any             | too little, the first and second time | another round                        |
 * | any             | too little, the third time            | back, and a longer pause             |
 * | up              | enough, and a limit below the most    | a further step up                    |
 * | down            | enough, and fewer may be tried        | a further step down                  |
 * | any             | enough                                | a pause, then the other direction    |
 */
function judge(state: InFlight, seen: Seen): InFlight {
  const { ceiling, most, trial } = state;
  const { isLimit, maySink, nowMs } = seen;
  if (trial === undefined) return isDue(state, seen) ? step(state, isUpNext(state, isLimit), seen) : state;
  if (!isWorthwhile(trial, ceiling, seen)) {
    const rounds = trial.rounds + 1;
    return rounds < trialRounds ? { ...state, trial: { ...trial, rounds } } : giveUp(state, trial, nowMs);
  }
  const isUp = ceiling > trial.ceiling;
  const isFollowed = isUp ? isLimit && ceiling < most : maySink;
  const nextTrial = pause({ pauseMs: firstPauseMs, isUp: isUp === isFollowed, wasLimit: isLimit }, nowMs);
  const kept = { ...state, trial: undefined, nextTrial };
  return isFollowed ? step(kept, isUp, seen) : kept;
}

/** Whether there is something to try and the pause is over; it ends early if what may be in flight has become a limit. */
function isDue({ nextTrial, changedMs }: InFlight, { isLimit, maySink, nowMs }: Seen): boolean {
  const hasBecomeLimit = isLimit && !nextTrial.wasLimit && nowMs - changedMs >= firstPauseMs;
  return (isLimit || maySink) && (nowMs >= nextTrial.atMs || hasBecomeLimit);
}

function isUpNext({ ceiling, least, most, nextTrial }: InFlight, isLimit: boolean): boolean {
  return isLimit && ceiling < most && (nextTrial.isUp || !nextTrial.wasLimit || ceiling === least);
}

function isWorthwhile(trial: Trial, ceiling: number, { perMs }: Seen): boolean {
  return perMs >= trial.perMs * (1 + (ceiling / trial.ceiling - 1) * worthwhileShare);
}

/** Another ceiling, to be compared with the rate of before. */
function step(state: InFlight, isUp: boolean, { perMs, isLimit, nowMs }: Seen): InFlight {
  const isDoubling = isUp && state.isDoubling;
  const factor = isUp ? (isDoubling ? doubling : growth) : shrinkage;
  const ceiling = Math.min(state.most, Math.max(state.least, Math.round(state.ceiling * factor)));
  const trial = { ceiling: state.ceiling, perMs, wasLimit: isLimit, rounds: 0 };
  return { ...state, ceiling, isDoubling, trial, changedMs: nowMs };
}

/** Back to what was before. After doubling, less than that is tried before anything lower. */
function giveUp(state: InFlight, { ceiling, wasLimit }: Trial, nowMs: number): InFlight {
  const isUp = state.ceiling <= ceiling || state.isDoubling;
  const nextTrial = pause({ pauseMs: state.nextTrial.pauseMs, isUp, wasLimit }, nowMs);
  return { ...state, ceiling, trial: undefined, isDoubling: false, changedMs: nowMs, nextTrial };
}

function pause(next: Omit<NextTrial, 'atMs'>, nowMs: number): NextTrial {
  return { ...next, atMs: nowMs + next.pauseMs, pauseMs: Math.min(next.pauseMs * 2, longestPauseMs) };
}
