/** Answers that are judged together. */
export interface Epoch {
  readonly sinceMs: number;
  readonly answers: number;
  /** Of those, the ones that turned something away. */
  readonly troubled: number;
  readonly units: number;
  readonly turnedAwayUnits: number;
}

export function newEpoch(nowMs: number): Epoch {
  return { sinceMs: nowMs, answers: 0, troubled: 0, units: 0, turnedAwayUnits: 0 };
}

export function add(epoch: Epoch, units: number, turnedAwayUnits: number): Epoch {
  return {
    sinceMs: epoch.sinceMs,
    answers: epoch.answers + 1,
    troubled: epoch.troubled + (turnedAwayUnits > 0 ? 1 : 0),
    units: epoch.units + units,
    turnedAwayUnits: epoch.turnedAwayUnits + turnedAwayUnits,
  };
}

/** Share of the units that was turned away. */
export function shareOf({ units, turnedAwayUnits }: Pick<Epoch, 'units' | 'turnedAwayUnits'>): number {
  return turnedAwayUnits / units;
}
