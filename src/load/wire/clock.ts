/** A clock that can be set right by what an endpoint says the time is. */
export interface Clock {
  /** Milliseconds since 1970, corrected. */
  now(): number;
  /** Milliseconds added to this machine's time. */
  offsetMs(): number;
  /**
   * @param date The Date header of the answer that refused a signature.
   * @param usedOffsetMs The offset its request was signed with.
   * @returns Whether another try would be signed with a time that differs by a minute or more.
   */
  correct(date: string | string[] | undefined, usedOffsetMs: number): boolean;
}

/** AWS accepts signatures up to 5 minutes old; an offset below this is not why one was refused. */
const leastSkewMs = 60_000;

export function makeClock(machineNow: () => number): Clock {
  let offset = 0;
  return {
    now: () => machineNow() + offset,
    offsetMs: () => offset,
    correct(date, usedOffsetMs) {
      // another request that was under way at the same time has been here before
      if (Math.abs(offset - usedOffsetMs) >= leastSkewMs) return true;
      const serverMs = typeof date === 'string' ? Date.parse(date) : NaN;
      if (Number.isNaN(serverMs)) return false;
      const found = serverMs - machineNow();
      if (Math.abs(found - usedOffsetMs) < leastSkewMs) return false;
      offset = found;
      return true;
    },
  };
}
