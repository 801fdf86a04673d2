import { addCounts, zeroCounts, zeroTraffic, type Counts, type Traffic } from '../../load/summary.ts';

/** Rejected records of a stretch of the object, as an object of their own; the reasons stand beside them. */
export interface RejectPart {
  /** Key of the object that holds the records. */
  readonly key: string;
  readonly records: number;
}

/** What came of a range, all its loaders together. */
export interface Part extends Omit<Traffic, 'writeUnits'> {
  readonly counts: Counts;
  /** Bytes of the object that are settled, unpacked. */
  readonly bytes: number;
  /** Null where the endpoint reports none. */
  readonly writeUnits: number | null;
  readonly rejects: readonly RejectPart[];
}

export const emptyPart: Part = {
  ...zeroTraffic,
  counts: zeroCounts,
  bytes: 0,
  writeUnits: null,
  rejects: [],
};

export function addParts(one: Part, other: Part): Part {
  return { ...combine(one, other, 1), rejects: [...one.rejects, ...other.rejects] };
}

/** What has come to a part since it was `before`. */
export function partSince(before: Part, now: Part): Part {
  return { ...combine(now, before, -1), rejects: now.rejects.slice(before.rejects.length) };
}

/** The numbers of one part, with those of another added (1) or taken away (-1). */
function combine(one: Part, other: Part, sign: 1 | -1): Omit<Part, 'rejects'> {
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
