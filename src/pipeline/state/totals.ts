import { addCounts, zeroCounts, zeroTraffic, type Counts, type HeaderLine, type Traffic } from '../../load/summary.ts';

/** An object with rejected records of one part of the input. The reasons are in an object next to it. */
export interface RejectObject {
  /** Key of the object with the records. */
  readonly key: string;
  readonly records: number;
}

/** Counts and requests of a range, summed over all loaders that worked on it. */
export interface RangeTotals extends Omit<Traffic, 'writeUnits'> {
  readonly counts: Counts;
  /** Settled bytes of the object, after decompression. */
  readonly bytes: number;
  /** Null if the endpoint does not report write units. */
  readonly writeUnits: number | null;
  readonly rejects: readonly RejectObject[];
  /** The header of the object; null until it is read, or if there is none. */
  readonly header: HeaderLine | null;
}

export const zeroTotals: RangeTotals = {
  ...zeroTraffic,
  counts: zeroCounts,
  bytes: 0,
  writeUnits: null,
  rejects: [],
  header: null,
};

export function addTotals(one: RangeTotals, other: RangeTotals): RangeTotals {
  return {
    ...combine(one, other, 1),
    rejects: [...one.rejects, ...other.rejects],
    header: one.header ?? other.header,
  };
}

/** Returns the difference between two totals of the same range. */
export function subtractTotals(before: RangeTotals, now: RangeTotals): RangeTotals {
  return {
    ...combine(now, before, -1),
    rejects: now.rejects.slice(before.rejects.length),
    header: now.header,
  };
}

/** Adds (1) or subtracts (-1) the numbers of `other`. */
function combine(one: RangeTotals, other: RangeTotals, sign: 1 | -1): Omit<RangeTotals, 'rejects' | 'header'> {
  const isUnknown = one.writeUnits === null && other.writeUnits === null;
  return {
    counts: addCounts(one.counts, other.counts, sign),
    bytes: one.bytes + sign * other.bytes,
    writeUnits: isUnknown ? null : (one.writeUnits ?? 0) + sign * (other.writeUnits ?? 0),
    requests: one.requests + sign * other.requests,
    throttledRequests: one.throttledRequests + sign * other.throttledRequests,
    unprocessedItems: one.unprocessedItems + sign * other.unprocessedItems,
    retries: one.retries + sign * other.retries,
  };
}
