import type { AwsSettings } from '../aws/settings.ts';
import type { Dialect } from './read/record.ts';

/**
 * What a run is told to do: every default filled in, every value checked, read-only. Made once by
 * `resolve.ts`; nothing later fills in a default of its own.
 */
export interface Settings {
  readonly aws: AwsSettings;
  readonly table: string;
  /** As they were named, in the order given: paths, globs, URLs; `-` is standard input. Never empty. */
  readonly sources: readonly string[];
  readonly source: SourceSettings;
  readonly read: ReadSettings;
  readonly map: MapSettings;
  readonly write: WriteSettings;
  readonly report: ReportSettings;
}

/** `reject`: a record with fewer or more fields than the header is rejected; `pad`: missing fields count as
 * empty; `truncate`: that, and fields beyond the header are dropped. */
export type Ragged = 'reject' | 'pad' | 'truncate';

/** `auto`: by the first bytes of the source. */
export type Compression = 'auto' | 'none' | 'gzip' | 'zstd';

export interface SourceSettings {
  readonly compression: Compression;
  /** Records at the beginning of each source, after its header, that are passed over. */
  readonly skipRecords: number;
  /** Records to load from all sources together; undefined: all. */
  readonly maxRecords: number | undefined;
}

export interface ReadSettings {
  readonly dialect: Dialect;
  /** Whether the first record of each source names its columns. */
  readonly header: boolean;
  /** Names of the columns in place of those of a header; there where `header` is false. */
  readonly columns: readonly string[] | undefined;
  readonly ragged: Ragged;
}

/** Types a column can be given. */
export type AttributeType = 'S' | 'N' | 'BOOL' | 'NULL' | 'B';

/** `omit`: an empty field makes no attribute; `null`: `{"NULL":true}`; `string`: an empty string or binary
 * (in a column of another type it makes no attribute). */
export type EmptyFields = 'omit' | 'null' | 'string';

/** All names are names of columns, as the header has them, unless they say otherwise. */
export interface MapSettings {
  readonly types: ReadonlyMap<string, AttributeType>;
  /** Column → attribute name. */
  readonly rename: ReadonlyMap<string, string>;
  /** The columns to load; undefined: all. */
  readonly select: readonly string[] | undefined;
  readonly drop: readonly string[];
  readonly empty: EmptyFields;
  /** Fields equal to one of these become `{"NULL":true}`. */
  readonly nullStrings: readonly string[];
}

export type MaxErrors =
  { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly percent: number };

export interface WriteSettings {
  /** Requests in flight at most; `auto`: as many as bring something. */
  readonly concurrency: number | 'auto';
  /** Write units a second at most; undefined: no cap. */
  readonly maxWriteUnits: number | undefined;
  readonly maxErrors: MaxErrors;
  readonly retryForMs: number;
  /** Make the table where it is not there. */
  readonly createTable: boolean;
  /** Attribute names for a table that is made. */
  readonly partitionKey: string | undefined;
  readonly sortKey: string | undefined;
  /** Folder of the embedded DynamoDB to load into; undefined: a real endpoint. */
  readonly localDir: string | undefined;
}

export interface ReportSettings {
  /** Reject file (one source) or folder (several); undefined: `NAME.rejects` in the working folder. */
  readonly rejects: string | undefined;
  /** Undefined: `NAME.checkpoint` in the working folder. */
  readonly checkpoint: string | undefined;
  readonly onUnfinished: 'refuse' | 'resume' | 'restart';
  readonly summary: string | undefined;
  /** ARN of the SNS topic that gets the summary; undefined: none. */
  readonly notify: string | undefined;
  readonly reportEveryMs: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}
