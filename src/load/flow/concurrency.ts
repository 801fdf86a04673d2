import { backoffMs } from './backoff.ts';

/** `--concurrency auto` begins here, and below it no proof is asked for: with an endpoint that answers at once the processor
 * is busy all the same, though answers wait for the event loop. */
const leastAuto = 16;
/** Requests in flight at most with `--concurrency auto`: as many sockets. */
export const mostAuto = 512;

/** A round trip is judged by the mean over as many answers as may be in flight, and over so many ms at least. */
const roundMs = 100;
/** The event loop stalls now and then, which makes a round trip look long: a trial has failed when the best of so many rounds has. */
const trialRounds = 3;
/** What is in flight is a limit where so large a share of the answers finds as much in flight as may be. Others come after the
 * event loop was busy, when all answers are there at once. */
const limitedShare = 0.4;
/** What a step up must bring, as a share of what it would bring where latency is all that limits. */
const worthwhileShare = 1 / 3;
const growth = 1.5;
const shrinkage = 0.75;
/** Between trials that changed nothing, in ms. */
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
 *
 * Rates are compared by Little's law, mean in flight / mean round trip: means, as single round trips of DynamoDB vary a lot.
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

interface Round {
  readonly sinceMs: number;
  readonly answers: number;
  /** Of those, the ones before which as many as may be were in flight. */
  readonly full: number;
  /** Sum of what was in flight before each. */
  readonly inFlight: number;
  readonly roundTripsMs: number;
}

const noRound: Round = { sinceMs: 0, answers: 0, full: 0, inFlight: 0, roundTripsMs: 0 };

/** A request that has ended. */
export interface Ended {
  readonly sentMs: number;
  readonly nowMs: number;
  /** Requests in flight just before, it included. */
  readonly inFlight: number;
  /** There is a rate that is kept to. */
  readonly isPaced: boolean;
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

/** An answer came, of whatever kind. */
export function answered(state: InFlight, { sentMs, nowMs, inFlight, isPaced }: Ended): InFlight {
  const wasFull = inFlight >= state.ceiling;
  const calm = state.halved === 0 ? state : { ...state, halved: 0, quietUntilMs: 0 };
  if (state.ceiling < state.least) {
    return wasFull ? { ...calm, ceiling: state.ceiling + 1, changedMs: nowMs, round: noRound } : calm;
  }
  if (state.least === state.most || sentMs < state.changedMs) return calm;
  const before = state.round;
  const round = {
    sinceMs: before.answers === 0 ? nowMs : before.sinceMs,
    answers: before.answers + 1,
    full: before.full + (wasFull ? 1 : 0),
    inFlight: before.inFlight + inFlight,
    roundTripsMs: before.roundTripsMs + nowMs - sentMs,
  };
  if (round.answers < state.ceiling || nowMs - round.sinceMs < roundMs) return { ...calm, round };
  return judge({ ...calm, round: noRound }, round, isPaced, nowMs);
}

/** No answer came: a time-out, a reset, a 5xx. One halving answers all that was in flight then. */
export function lost(state: InFlight, sentMs: number, nowMs: number, chance: number): InFlight {
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

/** A round is over: the trial is kept, goes on or is given up; or the next one begins. */
function judge(state: InFlight, round: Round, isPaced: boolean, nowMs: number): InFlight {
  const { ceiling, trial } = state;
  const isLimit = round.full > round.answers * limitedShare;
  const maySink = ceiling > state.least && (isLimit || !isPaced);
  const perMs = round.inFlight / Math.max(round.roundTripsMs, 0.01);
  if (trial === undefined) {
    const isDue = (isLimit || maySink) && (nowMs >= state.nextTrial.atMs || hasBecomeLimit(state, isLimit, nowMs));
    return isDue ? tryNext(state, perMs, isLimit, nowMs) : state;
  }
  const isUp = ceiling > trial.ceiling;
  const worthwhile = trial.perMs * (1 + (ceiling / trial.ceiling - 1) * worthwhileShare);
  if (perMs < worthwhile) {
    const rounds = trial.rounds + 1;
    return rounds < trialRounds ? { ...state, trial: { ...trial, rounds } } : giveUp(state, trial, nowMs);
  }
  const kept = {
    ...state,
    trial: undefined,
    nextTrial: pause({ pauseMs: firstPauseMs, isUp, wasLimit: isLimit }, nowMs),
  };
  const goesOn = isUp ? isLimit && ceiling < state.most : maySink;
  if (goesOn) return tryNext(kept, perMs, isLimit, nowMs);
  return { ...kept, nextTrial: { ...kept.nextTrial, isUp: !isUp } };
}

function hasBecomeLimit({ changedMs, nextTrial }: InFlight, isLimit: boolean, nowMs: number): boolean {
  return isLimit && !nextTrial.wasLimit && nowMs - changedMs >= firstPauseMs;
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

/** A step, to be compared with the rate of before. */
function tryNext(state: InFlight, perMs: number, isLimit: boolean, nowMs: number): InFlight {
  const { least, most, nextTrial } = state;
  const isUp = isLimit && state.ceiling < most && (nextTrial.isUp || !nextTrial.wasLimit || state.ceiling === least);
  const isDoubling = isUp && state.isDoubling;
  const factor = isUp ? (isDoubling ? 2 : growth) : shrinkage;
  const ceiling = Math.min(most, Math.max(least, Math.round(state.ceiling * factor)));
  const trial = { ceiling: state.ceiling, perMs, wasLimit: isLimit, rounds: 0 };
  return { ...state, ceiling, isDoubling, trial, changedMs: nowMs };
}
