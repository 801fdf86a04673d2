/** Shortest round, in ms: as many answers as may be in flight could come at once. */
const minRoundMs = 100;

/** Share of the answers that find as much in flight as may be, if that is a limit. The others come after the event loop was busy,
 * when all answers are there at once. */
const limitedShare = 0.4;

/** Round trips that take no time are judged as if they took this long together, in ms: a rate is finite. */
const minRoundTripsMs = 0.01;

/** Answers that are judged together. */
export interface Round {
  readonly sinceMs: number;
  readonly answers: number;
  /** Of those, the ones before which as many as may be were in flight. */
  readonly full: number;
  /** Sum of what was in flight before each. */
  readonly inFlight: number;
  readonly roundTripsMs: number;
}

export const noRound: Round = { sinceMs: 0, answers: 0, full: 0, inFlight: 0, roundTripsMs: 0 };

/** A request that has ended. */
export interface Ended {
  readonly sentMs: number;
  readonly nowMs: number;
  /** Requests in flight just before, it included. */
  readonly inFlight: number;
  /** There is a rate that is kept to. */
  readonly isPaced: boolean;
}

/** The round with another answer. */
export function addAnswer(round: Round, { sentMs, nowMs, inFlight }: Ended, isFull: boolean): Round {
  return {
    sinceMs: round.answers === 0 ? nowMs : round.sinceMs,
    answers: round.answers + 1,
    full: round.full + (isFull ? 1 : 0),
    inFlight: round.inFlight + inFlight,
    roundTripsMs: round.roundTripsMs + nowMs - sentMs,
  };
}

/** Whether there are enough answers to judge: as many as may be in flight. */
export function isOver(round: Round, ceiling: number, nowMs: number): boolean {
  return round.answers >= ceiling && nowMs - round.sinceMs >= minRoundMs;
}

/** Whether what may be in flight was a limit. */
export function wasLimited(round: Round): boolean {
  return round.full > round.answers * limitedShare;
}

/** Requests a ms, by Little's law: mean in flight / mean round trip. Means, as single round trips of DynamoDB vary a lot. */
export function ratePerMs(round: Round): number {
  return round.inFlight / Math.max(round.roundTripsMs, minRoundTripsMs);
}
