/** Responses that are judged together. */
export interface Epoch {
  readonly sinceMs: number;
  readonly responses: number;
  /** Responses with at least one throttled item. */
  readonly throttled: number;
  readonly units: number;
  readonly throttledUnits: number;
}

export function newEpoch(nowMs: number): Epoch {
  return { sinceMs: nowMs, responses: 0, throttled: 0, units: 0, throttledUnits: 0 };
}

export function addResponse(epoch: Epoch, units: number, throttledUnits: number): Epoch {
  return {
    sinceMs: epoch.sinceMs,
    responses: epoch.responses + 1,
    throttled: epoch.throttled + (throttledUnits > 0 ? 1 : 0),
    units: epoch.units + units,
    throttledUnits: epoch.throttledUnits + throttledUnits,
  };
}

export function throttledShareOf({ units, throttledUnits }: Pick<Epoch, 'units' | 'throttledUnits'>): number {
  return throttledUnits / units;
}

/** Throttled units for each written one. */
export function oddsOf(throttledShare: number): number {
  return throttledShare / (1 - throttledShare);
}
