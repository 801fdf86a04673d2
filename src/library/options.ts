import type { AttributeType, Compression, EmptyFields, Ragged } from '../load/settings.ts';
import type { SameNames, UnnamedColumns } from '../load/map/column-names.ts';
import type { Progress } from '../load/summary.ts';

/**
 * Options of `load`: those of `csv2ddb direct` in camel case, with the same meanings, defaults and limits (docs/options.md).
 * A size is a number of bytes or a text like `4MiB`. A duration is a text with a unit, like `30s` or `15m`. CSV2DDB_…
 * environment variables and configuration files are ignored; AWS_… variables and the files of the AWS CLI are used.
 */
export interface LoadOptions {
  /** Files, globs, `s3://…`, `http(s)://…`, or `-` for `input`; loaded one after the other. */
  readonly sources: string | readonly string[];
  /** Table name, not an ARN. */
  readonly table: string;

  /** Input of the source `-`, like a Readable: bytes, or strings, which are encoded as UTF-8. Default: standard input. */
  readonly input?: AsyncIterable<Uint8Array | string> | undefined;
  /** When aborted, the load waits for the requests in flight, keeps a checkpoint and throws INTERRUPTED. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called at intervals after the first write, and once at the end. A promise is not awaited. If it throws or rejects, the
   * load stops, keeps its checkpoint and throws the same error.
   */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
  /** Milliseconds between two calls of `onProgress`. Default: 1,000. */
  readonly progressEveryMs?: number | undefined;
  /** Called with one line of text for the user, for example when a table is created or a checkpoint is found. */
  readonly onMessage?: ((text: string) => unknown) | undefined;

  /** AWS region. Default: found like the AWS CLI does. */
  readonly region?: string | undefined;
  /** Profile of the AWS configuration files. Sets AWS_PROFILE of this process. */
  readonly profile?: string | undefined;
  /** Endpoint for all services, instead of AWS. */
  readonly endpointUrl?: string | undefined;

  /** Encoding of the sources. Default: `utf-8`. */
  readonly encoding?: string | undefined;
  /** Default: `auto`, detected from the first bytes. */
  readonly compression?: Compression | undefined;
  /** Lines to skip at the start of each source, before its header. Default: 0. */
  readonly skipLines?: number | undefined;
  /** Records to skip at the start of each source, after its header. Default: 0. */
  readonly skipRecords?: number | undefined;
  /** Maximum records to load from all sources together. Default: all. */
  readonly maxRecords?: number | undefined;

  /** Default: `,`. */
  readonly delimiter?: string | undefined;
  /** Default: `"`; `none` disables quoting. */
  readonly quote?: string | undefined;
  /** Text before a quote or an escape in a quoted field. Default: a quote is doubled. */
  readonly escape?: string | undefined;
  /** Prefix of comment lines. Default: none. */
  readonly comment?: string | undefined;
  /** The sources have no header. */
  readonly noHeader?: boolean | undefined;
  /** Column names that replace those of the header, which must have one of them. */
  readonly columns?: readonly string[] | undefined;
  /** Handling of columns without a name. Default: `reject`. */
  readonly unnamed?: UnnamedColumns | undefined;
  /** Handling of columns with the name of an earlier one. Default: `reject`. */
  readonly sameName?: SameNames | undefined;
  /** Default: `reject`. */
  readonly ragged?: Ragged | undefined;
  /** Whether quoted fields may contain line endings. Default: true. */
  readonly multiline?: boolean | 'yes' | 'no' | undefined;
  /** For quotes that neither open nor close a field. Default: `reject`. */
  readonly strayQuotes?: 'reject' | 'text' | undefined;
  /** Database whose text export has backslashes to decode. Default: none. */
  readonly unescape?: 'postgres' | 'mysql' | 'redshift' | undefined;
  /** Remove white space around fields. Default: false. */
  readonly trim?: boolean | undefined;
  /** Maximum size of a record. Default: 4 MiB. */
  readonly maxRecordBytes?: number | string | undefined;

  /** Types by column. Default: the table's type for its keys, else `S`. */
  readonly types?: Readonly<Record<string, AttributeType>> | undefined;
  /** Attribute names by column. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Columns to load. Default: all. */
  readonly select?: readonly string[] | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** Handling of empty fields. Default: `omit`. */
  readonly empty?: EmptyFields | undefined;
  /** Field values that mean NULL. */
  readonly nullStrings?: readonly string[] | undefined;

  /** Maximum requests in flight (1 to 1,024), or `auto` to find the fastest number. Default: `auto`. */
  readonly concurrency?: number | 'auto' | undefined;
  /** Maximum write units per second. Default: unlimited. */
  readonly maxWriteUnits?: number | undefined;
  /**
   * Maximum rejected records, or their share, before the run stops. Default: 1,000, or the first 100 if all have the wrong
   * number of fields.
   */
  readonly maxErrors?: number | `${number}%` | undefined;
  /** How long to retry without an acknowledged write. Default: `15m`. */
  readonly retryFor?: string | undefined;
  /** Create the table if it does not exist. */
  readonly createTable?: boolean | undefined;
  /** Partition key of a new table. Default: the first column. */
  readonly partitionKey?: string | undefined;
  /** Sort key of a new table. */
  readonly sortKey?: string | undefined;
  /** Folder of an embedded DynamoDB to load into, instead of AWS. */
  readonly local?: string | undefined;

  /** Reject file, or a folder for the reject files of several sources. Default: `NAME.rejects` in the working folder. */
  readonly rejects?: string | undefined;
  /** Checkpoint file. Default: `NAME.checkpoint` in the working folder. */
  readonly checkpoint?: string | undefined;
  /** Resume from the checkpoint if there is one. */
  readonly resume?: boolean | undefined;
  /** Start from the beginning even if there is a checkpoint. */
  readonly restart?: boolean | undefined;
  /** File for the summary. */
  readonly summary?: string | undefined;
  /** ARN of an SNS topic that receives the summary. */
  readonly notify?: string | undefined;
}
