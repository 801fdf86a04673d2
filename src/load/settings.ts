import type { AwsSettings } from '../aws/settings.ts';
import type { NameRules } from './map/column-names.ts';
import type { Dialect } from './read/record.ts';

/**
 * The validated settings of a run, with every default filled in. Made once by `resolve.ts`. No later code applies
 * defaults of its own.
 */
export interface Settings {
  readonly aws: AwsSettings;
  readonly table: string;
  /** As the user gave them, in order: paths, globs or URLs; `-` is standard input. Never empty. */
  readonly sources: readonly string[];
  readonly source: SourceSettings;
  readonly read: ReadSettings;
  readonly map: MapSettings;
  readonly write: WriteSettings;
  readonly report: ReportSettings;
}

/** For records with fewer or more fields than the header. `reject`: reject the record; `pad`: treat missing fields as
 * empty; `truncate`: also drop extra fields. */
export type Ragged = 'reject' | 'pad' | 'truncate';

/** `auto`: detected from the first bytes of the source. */
export type Compression = 'auto' | 'none' | 'gzip' | 'zstd';

export interface SourceSettings {
  readonly compression: Compression;
  /** Lines to skip at the beginning of each source, before its header. */
  readonly skipLines: number;
  /** Records to skip at the beginning of each source, after its header. */
  readonly skipRecords: number;
  /** Records to load from all sources together; undefined: all. */
  readonly maxRecords: number | undefined;
}

export interface ReadSettings extends NameRules {
  readonly dialect: Dialect;
  /** Whether the first record of each source is a header. */
  readonly header: boolean;
  /** Column names that replace those of the header. Always set if `header` is false. */
  readonly columns: readonly string[] | undefined;
  readonly ragged: Ragged;
}

/** Types that `--types` accepts. */
export type AttributeType = 'S' | 'N' | 'BOOL' | 'NULL' | 'B';

/** For empty fields. `omit`: no attribute; `null`: `{"NULL":true}`; `string`: an empty string or binary (no attribute
 * for columns of other types). */
export type EmptyFields = 'omit' | 'null' | 'string';

/** Names are column names, exactly as in the header, unless stated otherwise. */
export interface MapSettings {
  readonly types: ReadonlyMap<string, AttributeType>;
  /** Column → attribute name. */
  readonly rename: ReadonlyMap<string, string>;
  /** The columns to load; undefined: all. */
  readonly select: readonly string[] | undefined;
  readonly drop: readonly string[];
  readonly empty: EmptyFields;
  /** Fields that equal one of these become `{"NULL":true}`. */
  readonly nullStrings: readonly string[];
}

export type MaxErrors =
  { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly percent: number };

export interface WriteSettings {
  /** Maximum requests in flight; `auto`: find the fastest number. */
  readonly concurrency: number | 'auto';
  /** Maximum write units per second; undefined: no limit. */
  readonly maxWriteUnits: number | undefined;
  readonly maxErrors: MaxErrors;
  /** Whether to stop if the first records all have the wrong number of fields. False if `--max-errors` is given. */
  readonly checksShape: boolean;
  readonly retryForMs: number;
  /** Whether to create the table if it does not exist. */
  readonly createTable: boolean;
  /** Attribute names for the keys of a created table. */
  readonly partitionKey: string | undefined;
  readonly sortKey: string | undefined;
  /** Folder of the embedded DynamoDB to load into; undefined: load into an endpoint. */
  readonly localDir: string | undefined;
}

export interface ReportSettings {
  /** Reject file (one source) or folder (several); undefined: `NAME.rejects` in the working folder. */
  readonly rejects: string | undefined;
  /** Undefined: `NAME.checkpoint` in the working folder. */
  readonly checkpoint: string | undefined;
  readonly onUnfinished: 'refuse' | 'resume' | 'restart';
  readonly summary: string | undefined;
  /** ARN of the SNS topic that receives the summary; undefined: none. */
  readonly notify: string | undefined;
  readonly reportEveryMs: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}
