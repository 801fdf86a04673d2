/** Faults of the network or the service, at random. */
export interface NetworkFaults {
  /** Share of the requests that are lost. */
  readonly lostShare: number;
  /** Share of the requests that take up to `delayMs` longer. */
  readonly delayedShare: number;
  readonly delayMs: number;
}

export interface DrawnFault {
  readonly isLost: boolean;
  readonly delayMs: number;
}

export const noFault: DrawnFault = { isLost: false, delayMs: 0 };

export function drawFault({ lostShare, delayedShare, delayMs }: NetworkFaults, chance: () => number): DrawnFault {
  const drawn = chance();
  const isDelayed = drawn >= lostShare && drawn < lostShare + delayedShare;
  return { isLost: drawn < lostShare, delayMs: isDelayed ? delayMs * chance() : 0 };
}
