/** Minimum duration of a round in ms: as many responses as the ceiling allows could arrive at once. */
const minRoundMs = 100;

/** If the ceiling limits, at least this share of the responses finds as many requests in flight as allowed. The others follow a
 * stall of the event loop, when all responses arrive at once. */
const limitedShare = 0.4;

/** Minimum sum of the round trips in ms: keeps the rate finite. */
const minRoundTripsMs = 0.01;

/** Requests that are judged together. */
export interface Round {
  readonly sinceMs: number;
  readonly requests: number;
  /** Requests that ended while as many as allowed were in flight. */
  readonly atCeiling: number;
  /** Sum of the requests in flight before each one ended. */
  readonly inFlight: number;
  readonly roundTripSumMs: number;
}

export const emptyRound: Round = { sinceMs: 0, requests: 0, atCeiling: 0, inFlight: 0, roundTripSumMs: 0 };

/** A request that has ended. */
export interface EndedRequest {
  readonly sentMs: number;
  readonly nowMs: number;
  /** Requests in flight just before it ended, including itself. */
  readonly inFlight: number;
  /** A rate limit applies. */
  readonly isPaced: boolean;
}

export function addRequest(round: Round, { sentMs, nowMs, inFlight }: EndedRequest, isFull: boolean): Round {
  return {
    sinceMs: round.requests === 0 ? nowMs : round.sinceMs,
    requests: round.requests + 1,
    atCeiling: round.atCeiling + (isFull ? 1 : 0),
    inFlight: round.inFlight + inFlight,
    roundTripSumMs: round.roundTripSumMs + nowMs - sentMs,
  };
}

/** Whether the round has enough responses: as many as the ceiling allows. */
export function isOver(round: Round, ceiling: number, nowMs: number): boolean {
  return round.requests >= ceiling && nowMs - round.sinceMs >= minRoundMs;
}

/** Whether the ceiling limited throughput. */
export function isLimited(round: Round): boolean {
  return round.atCeiling > round.requests * limitedShare;
}

/** Requests per ms by Little's law: mean in flight / mean round trip. Single round trips of DynamoDB vary too much. */
export function ratePerMs(round: Round): number {
  return round.inFlight / Math.max(round.roundTripSumMs, minRoundTripsMs);
}
