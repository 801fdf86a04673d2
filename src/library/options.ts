import type { Readable } from 'node:stream';
import type { AttributeType, Compression, EmptyFields, Ragged } from '../load/settings.ts';
import type { Progress } from '../load/summary.ts';

/**
 * What a load is told: the options of `csv2ddb direct`, by their names in camel case, with the same meanings, defaults
 * and limits (docs/options.md). Sizes are numbers of bytes or texts like `4MiB`; durations are texts with a unit, like
 * `30s` or `15m`. CSV2DDB_… environment variables and configuration files are not looked at; what AWS_… variables and
 * the files of the AWS CLI say holds.
 */
export interface LoadOptions {
  /** Files, globs, `s3://…`, `http(s)://…`, or `-` for `input`; loaded one after the other. */
  readonly sources: string | readonly string[];
  /** Name of the table (no ARN). */
  readonly table: string;

  /** What the source `-` reads: bytes, or strings, which are taken as UTF-8. Default: standard input. */
  readonly input?: Readable | undefined;
  /** Aborted: what is in flight is waited for, a checkpoint is left, and the promise is rejected (INTERRUPTED). */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called now and then from the first write on, and once at the end. A promise is not waited for. What it throws, or
   * rejects with, stops the load, which leaves its checkpoint and ends with that.
   */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
  /** Milliseconds between two calls of `onProgress`. Default 1,000. */
  readonly progressEveryMs?: number | undefined;
  /** Called with one line of text for what a user should read: a table made, a checkpoint found. */
  readonly onMessage?: ((text: string) => unknown) | undefined;

  /** AWS region. Default: as the AWS CLI finds it. */
  readonly region?: string | undefined;
  /** Profile of the AWS configuration files; becomes AWS_PROFILE of this process. */
  readonly profile?: string | undefined;
  /** Endpoint in place of that of AWS, for every service. */
  readonly endpointUrl?: string | undefined;

  /** Encoding of the sources. Default `utf-8`. */
  readonly encoding?: string | undefined;
  /** Default `auto`: told by the first bytes. */
  readonly compression?: Compression | undefined;
  /** Records of each source to pass over. Default 0. */
  readonly skipRecords?: number | undefined;
  /** Records to load, of all sources together. Default: all. */
  readonly maxRecords?: number | undefined;

  /** Default `,`. */
  readonly delimiter?: string | undefined;
  /** Default `"`; `none` where nothing is quoted. */
  readonly quote?: string | undefined;
  /** What stands before a quote inside a quoted field. Default: the quote is doubled. */
  readonly escape?: string | undefined;
  /** What a comment line begins with. Default: there are none. */
  readonly comment?: string | undefined;
  /** The sources have no header. */
  readonly noHeader?: boolean | undefined;
  /** Names of the columns in place of those of the header. */
  readonly columns?: readonly string[] | undefined;
  /** Default `reject`. */
  readonly ragged?: Ragged | undefined;
  /** White space around fields is no part of them. Default false. */
  readonly trim?: boolean | undefined;
  /** Longest record. Default 4 MiB. */
  readonly maxRecordBytes?: number | string | undefined;

  /** Types by column. Default: those of the table for its keys, else `S`. */
  readonly types?: Readonly<Record<string, AttributeType>> | undefined;
  /** Attribute names by column. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Columns to load. Default: all. */
  readonly select?: readonly string[] | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** What becomes of an empty field. Default `omit`. */
  readonly empty?: EmptyFields | undefined;
  /** Fields that mean NULL. */
  readonly nullStrings?: readonly string[] | undefined;

  /** Requests in flight at most, 1 to 1,024, or `auto`: as many as bring something. Default `auto`. */
  readonly concurrency?: number | 'auto' | undefined;
  /** Write units a second at most. Default: no cap. */
  readonly maxWriteUnits?: number | undefined;
  /** Rejected records, or their share, after which the run stops. Default 1,000. */
  readonly maxErrors?: number | `${number}%` | undefined;
  /** How long to go on without an acknowledged write. Default `15m`. */
  readonly retryFor?: string | undefined;
  /** Make the table where it is not there. */
  readonly createTable?: boolean | undefined;
  /** Partition key of a table that is made. Default: the first column. */
  readonly partitionKey?: string | undefined;
  /** Sort key of a table that is made. */
  readonly sortKey?: string | undefined;
  /** Folder of an embedded DynamoDB to load into in place of AWS. */
  readonly local?: string | undefined;

  /** Reject file, or a folder for those of several sources. Default `NAME.rejects` in the working folder. */
  readonly rejects?: string | undefined;
  /** Checkpoint file. Default `NAME.checkpoint` in the working folder. */
  readonly checkpoint?: string | undefined;
  /** Go on from the checkpoint where there is one. */
  readonly resume?: boolean | undefined;
  /** Start from the beginning though there is a checkpoint. */
  readonly restart?: boolean | undefined;
  /** File to write the summary to. */
  readonly summary?: string | undefined;
  /** ARN of an SNS topic that gets the summary. */
  readonly notify?: string | undefined;
}
