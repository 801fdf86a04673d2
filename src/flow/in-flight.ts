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
const growth = 1.5;
const shrinkage = 0.75;
/** Between trials that changed nothing, in ms. */
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/**
 * How many requests may be in flight, as a value. It climbs: more in flight stays if it brings at least a third of what
 * it would bring where latency is all that limits, and less in flight stays if it costs less than that. So it doubles from the
 * start until that brings nothing, and later tries a step up and a step down now and then. Rates are compared by Little's law, mean in
 * flight / mean round trip: means, as single round trips of DynamoDB vary a lot.
 */
export interface InFlight {
  readonly ceiling: number;
  /** Below it the ceiling grows with every answer. */
  readonly least: number;
  readonly most: number;
  readonly isDoubling: boolean;
  readonly trial: Trial | undefined;
  readonly nextTrial: { readonly atMs: number; readonly pauseMs: number; readonly isUp: boolean };
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
  /** Rounds of the trial that were not good enough. */
  readonly rounds: number;
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
    nextTrial: { atMs: nowMs, pauseMs: firstPauseMs, isUp: true },
    changedMs: nowMs,
    round: noRound,
    halvedMs: 0,
    halved: 0,
    quietUntilMs: 0,
  };
}

/** An answer came, of whatever kind. */
export function answered(state: InFlight, { sentMs, nowMs, inFlight }: Ended): InFlight {
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
  return judge({ ...calm, round: noRound }, round, nowMs);
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
    nextTrial: { atMs: nowMs + firstPauseMs, pauseMs: firstPauseMs, isUp: true },
    changedMs: nowMs,
    round: noRound,
    halvedMs: nowMs,
    halved,
    quietUntilMs: halved < 2 ? 0 : nowMs + backoffMs(halved - 1, chance),
  };
}

function judge(state: InFlight, round: Round, nowMs: number): InFlight {
  const { ceiling, trial } = state;
  const isLimit = round.full > round.answers * limitedShare;
  const perMs = round.inFlight / Math.max(round.roundTripsMs, 0.01);
  if (trial === undefined) return isLimit && nowMs >= state.nextTrial.atMs ? tryNext(state, perMs, nowMs) : state;
  const isUp = ceiling > trial.ceiling;
  const worthwhile = trial.perMs * (1 + (ceiling / trial.ceiling - 1) / 3);
  if (perMs < worthwhile) {
    const rounds = trial.rounds + 1;
    return rounds < trialRounds ? { ...state, trial: { ...trial, rounds } } : giveUp(state, trial, nowMs);
  }
  const settled = { ...state, trial: undefined };
  const goesOn = isLimit && (isUp ? ceiling < state.most : ceiling > state.least);
  if (!goesOn) return rest(settled, firstPauseMs, !isUp, nowMs);
  return tryNext({ ...settled, nextTrial: { atMs: nowMs, pauseMs: firstPauseMs, isUp } }, perMs, nowMs);
}

/** Back to what was before. After doubling, less than that is tried before anything lower. */
function giveUp(state: InFlight, trial: Trial, nowMs: number): InFlight {
  const isUp = state.ceiling > trial.ceiling && !state.isDoubling;
  const before = { ...state, ceiling: trial.ceiling, trial: undefined, isDoubling: false, changedMs: nowMs };
  return rest(before, state.nextTrial.pauseMs, !isUp, nowMs);
}

function rest(state: InFlight, pauseMs: number, isUp: boolean, nowMs: number): InFlight {
  return {
    ...state,
    nextTrial: { atMs: nowMs + pauseMs, pauseMs: Math.min(pauseMs * 2, longestPauseMs), isUp },
  };
}

function tryNext(state: InFlight, perMs: number, nowMs: number): InFlight {
  const { least, most, isDoubling, nextTrial } = state;
  const isUp = state.ceiling === least || (nextTrial.isUp && state.ceiling < most);
  const factor = isUp ? (isDoubling ? 2 : growth) : shrinkage;
  const ceiling = Math.min(most, Math.max(least, Math.round(state.ceiling * factor)));
  return { ...state, ceiling, trial: { ceiling: state.ceiling, perMs, rounds: 0 }, changedMs: nowMs };
}
