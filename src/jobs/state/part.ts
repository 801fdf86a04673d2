import type { Counts, Traffic } from '../../report/summary.ts';

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

const none: Counts = { read: 0, written: 0, superseded: 0, skipped: 0, filtered: 0, rejected: 0 };

export const emptyPart: Part = {
  counts: none,
  bytes: 0,
  writeUnits: null,
  requests: 0,
  throttledRequests: 0,
  unprocessedItems: 0,
  retries: 0,
  rejects: [],
};

export function addParts(one: Part, other: Part): Part {
  const [a, b] = [one.counts, other.counts];
  return {
    counts: {
      read: a.read + b.read,
      written: a.written + b.written,
      superseded: a.superseded + b.superseded,
      skipped: a.skipped + b.skipped,
      filtered: a.filtered + b.filtered,
      rejected: a.rejected + b.rejected,
    },
    bytes: one.bytes + other.bytes,
    writeUnits:
      one.writeUnits === null && other.writeUnits === null ? null : (one.writeUnits ?? 0) + (other.writeUnits ?? 0),
    requests: one.requests + other.requests,
    throttledRequests: one.throttledRequests + other.throttledRequests,
    unprocessedItems: one.unprocessedItems + other.unprocessedItems,
    retries: one.retries + other.retries,
    rejects: [...one.rejects, ...other.rejects],
  };
}
