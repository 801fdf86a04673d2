import type { ErrorCode, ExitStatus, Place } from '../errors.ts';

/** Records by what became of them (P1): `read = written + superseded + skipped + filtered + rejected`. */
export interface Counts {
  readonly read: number;
  readonly written: number;
  readonly superseded: number;
  readonly skipped: number;
  readonly filtered: number;
  readonly rejected: number;
}

export const zeroCounts: Counts = { read: 0, written: 0, superseded: 0, skipped: 0, filtered: 0, rejected: 0 };

/** Adds two counts, or with -1 subtracts the other. */
export function addCounts(one: Counts, other: Counts, sign: 1 | -1 = 1): Counts {
  const sum: { -readonly [Name in keyof Counts]: number } = { ...zeroCounts };
  for (const name of Object.keys(zeroCounts) as (keyof Counts)[]) sum[name] = one[name] + sign * other[name];
  return sum;
}

/** What the requests came to in this process (not carried over by a resume). */
export interface Traffic {
  readonly requests: number;
  /** Requests that were turned away whole by a throttle. */
  readonly throttledRequests: number;
  readonly unprocessedItems: number;
  /** Items sent again, for whatever reason. */
  readonly retries: number;
  /** Write units the answers reported; undefined where the endpoint reports none. */
  readonly writeUnits: number | undefined;
}

export const zeroTraffic: Traffic = {
  ...{ requests: 0, throttledRequests: 0, unprocessedItems: 0, retries: 0 },
  writeUnits: undefined,
};

/** A look at a run under way; taken by whoever draws, as often as it likes. */
export interface Progress extends Counts, Traffic {
  /** `throttled`: the table takes no more at present. `retrying`: all requests wait for another reason, like lost answers. */
  readonly state: 'loading' | 'throttled' | 'retrying' | 'stopping';
  /** What throttles, in few words, else the code of the last answer that made it wait; undefined where it does not wait. */
  readonly waitsFor?: string | undefined;
  /** Name of the source that the frontier is in; of the last one at the end. */
  readonly source: string;
  /** Which one that is, from 1 to `sources`. */
  readonly sourceNumber: number;
  /** How many sources the job has. */
  readonly sources: number;
  /** Bytes of all sources settled so far, unpacked. */
  readonly bytes: number;
  /** Share of the stored bytes of all sources that is settled, 0 to 1 (1 where they are all empty); undefined where a size is unknown. */
  readonly done: number | undefined;
  /** Records acknowledged so far, beyond the frontier too: what a rate is to be computed from. */
  readonly acknowledged: number;
}

/** The last word on a run. The field names are the contract of `--json`. */
export interface Summary extends Counts, Omit<Traffic, 'writeUnits'> {
  readonly table: string;
  readonly sources: readonly string[];
  /** Items made from the records that were written. */
  readonly items: number;
  /** Acknowledged writes beyond the frontier, of a run that stopped early; else 0. */
  readonly ahead: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** Bytes of the sources that are settled. */
  readonly bytes: number;
  readonly writeUnits: number | null;
  /** Reject file, or the several; null where nothing was rejected. */
  readonly rejectsFile: string | readonly string[] | null;
  /** The checkpoint to resume from; null when the job is finished. */
  readonly checkpoint: string | null;
  /** Whether this run went on from a checkpoint. */
  readonly resumed: boolean;
  readonly exitStatus: ExitStatus;
  /** Why the run ended early; null when it went to the end. */
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string | null;
    readonly place: Place | null;
  } | null;
}

/** The reject files: none, one or several. */
export function rejectFilesOf({ rejectsFile }: Pick<Summary, 'rejectsFile'>): readonly string[] {
  return [rejectsFile ?? []].flat();
}

/** The reasons file stands beside the reject file. */
export function reasonsPath(rejectsPath: string): string {
  return `${rejectsPath}.jsonl`;
}
