import type { ErrorCode, ExitStatus, ErrorPlace } from '../errors.ts';

/** Record counts by outcome: `read = written + superseded + skipped + filtered + rejected` (P1). */
export interface Counts {
  readonly read: number;
  readonly written: number;
  readonly superseded: number;
  readonly skipped: number;
  readonly filtered: number;
  readonly rejected: number;
  /** Records whose missing fields `--ragged` filled. Each also has one of the outcomes above. */
  readonly padded: number;
  /** Records whose surplus fields `--ragged` dropped. */
  readonly truncated: number;
}

export const zeroCounts: Counts = {
  read: 0,
  written: 0,
  superseded: 0,
  skipped: 0,
  filtered: 0,
  rejected: 0,
  padded: 0,
  truncated: 0,
};

/** Adds two counts. With sign -1, subtracts the second from the first. */
export function addCounts(one: Counts, other: Counts, sign: 1 | -1 = 1): Counts {
  const sum: { -readonly [Name in keyof Counts]: number } = { ...zeroCounts };
  for (const name of Object.keys(zeroCounts) as (keyof Counts)[]) sum[name] = one[name] + sign * other[name];
  return sum;
}

/** Request statistics of this process. A resumed run starts at zero. */
export interface Traffic {
  readonly requests: number;
  /** Requests that DynamoDB throttled as a whole. */
  readonly throttledRequests: number;
  readonly unprocessedItems: number;
  /** Retried items, for any reason. */
  readonly retries: number;
  /** Consumed write units, as reported by responses; undefined if the endpoint reports none. */
  readonly writeUnits: number | undefined;
}

export const zeroTraffic: Traffic = {
  requests: 0,
  throttledRequests: 0,
  unprocessedItems: 0,
  retries: 0,
  writeUnits: undefined,
};

/** The line of a source that was read as its header. */
export interface HeaderLine {
  /** Physical line, from 1. */
  readonly line: number;
  /** Its fields, cut to 100 characters. */
  readonly text: string;
}

/** The current progress of a run. */
export interface Progress extends Counts, Traffic {
  /** `throttled`: the table has no capacity left. `retrying`: requests wait for another reason, like lost responses. */
  readonly state: 'loading' | 'throttled' | 'retrying' | 'stopping';
  /** The cause of the throttling if known, otherwise the code of the last error; undefined while loading. */
  readonly waitsFor?: string | undefined;
  /** Name of the source that contains the frontier; at the end, the last source. */
  readonly source: string;
  /** Number of that source, from 1 to `sources`. */
  readonly sourceNumber: number;
  /** Number of sources in the job. */
  readonly sources: number;
  /** Settled bytes of all sources, uncompressed. */
  readonly bytes: number;
  /** Settled share of the stored bytes of all sources, 0 to 1 (1 if all are empty); undefined if a size is unknown. */
  readonly done: number | undefined;
  /** Acknowledged records, including those ahead of the frontier. Use it to compute a rate. */
  readonly acknowledged: number;
}

/** The result of a run. `--json` prints these fields, so their names are stable. */
export interface Summary extends Counts, Omit<Traffic, 'writeUnits'> {
  readonly table: string;
  readonly sources: readonly string[];
  /** Sources without a record that this run has passed over. */
  readonly emptySources: number;
  /** The headers that were read, in the order of their sources. */
  readonly headers: readonly (HeaderLine & { readonly source: string })[];
  /** Items made from the written records. */
  readonly items: number;
  /** Acknowledged writes ahead of the frontier if the run stopped early, otherwise 0. */
  readonly ahead: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Settled bytes of the sources. */
  readonly bytes: number;
  readonly writeUnits: number | null;
  /** The reject file, or an array of several; null if nothing was rejected. */
  readonly rejectsFile: string | readonly string[] | null;
  /** The checkpoint to resume from; null if the job is finished. */
  readonly checkpoint: string | null;
  /** Whether this run resumed from a checkpoint. */
  readonly resumed: boolean;
  readonly exitStatus: ExitStatus;
  /** Why the run ended early; null if it finished. */
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string | null;
    readonly place: ErrorPlace | null;
  } | null;
}

/** Returns the paths of the reject files. */
export function listRejectFiles({ rejectsFile }: Pick<Summary, 'rejectsFile'>): readonly string[] {
  return [rejectsFile ?? []].flat();
}

/** Returns the path of the reasons file that belongs to a reject file. */
export function getReasonsPath(rejectsPath: string): string {
  return `${rejectsPath}.jsonl`;
}
