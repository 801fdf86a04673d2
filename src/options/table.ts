import { mostObjectBytes, mostRanges, mostRecordMiB, mostRecords } from '../load/limits.ts';
import * as lists from './list-values.ts';
import * as marks from './dialect-values.ts';
import * as names from './aws-values.ts';
import { flag, nameOptions, optional, valued, type CommandName, type Option, type Where } from './option.ts';
import * as values from './values.ts';

const everywhere: Where = { commands: undefined, group: 'global' };
const target: Where = { commands: ['direct', 'provision', 'worker'], group: 'table' };
/** What a file is loaded with: from here, by a pipeline, or as the pipeline's default. */
const loading = ['direct', 'upload', 'provision'] as const;
const sourceStage: Where = { commands: loading, group: 'source' };
const readStage: Where = { commands: loading, group: 'read' };
const mapStage: Where = { commands: loading, group: 'map' };
const rates: Where = { commands: loading, group: 'write' };
const writeStage: Where = { commands: ['direct'], group: 'write' };
const tableToMake: Where = { commands: ['direct', 'provision'], group: 'write' };
const reportStage: Where = { commands: ['direct'], group: 'report' };
const followed: Where = { commands: ['direct', 'upload'], group: 'report' };
const ending: Where = { commands: ['direct', 'provision', 'worker'], group: 'report' };
const ofPipeline = ['upload', 'provision', 'worker', 'status', 'redrive', 'destroy'] as const;
const pipeline: Where = { commands: ofPipeline, group: 'pipeline' };
const working: Where = { commands: ['worker'], group: 'pipeline' };
const uploading: Where = { commands: ['upload'], group: 'upload' };
const ranges: Where = { commands: ['upload', 'provision'], group: 'write' };
const provisioning: Where = { commands: ['provision'], group: 'provision' };
const destroying: Where = { commands: ['destroy'], group: 'provision' };
const permitted: Where = { commands: ['direct', ...ofPipeline], group: 'permissions' };
const serving: Where = { commands: ['local'], group: 'local' };

/** Folder of the embedded DynamoDB where none is named. */
export const localFolder = 'csv2ddb-local';

/** Every option, once, in the order of the help. Its name is its key with dashes: `retryFor` is `--retry-for`. */
export const options = nameOptions({
  region: optional(everywhere, {
    placeholder: '<region>',
    help: 'AWS region, of S3 sources too',
    otherwise: 'AWS_REGION or the profile',
    kind: values.nonEmpty,
  }),
  profile: optional(everywhere, {
    help: 'profile of the AWS configuration files',
    otherwise: 'AWS_PROFILE or the default chain',
    kind: values.nonEmpty,
  }),
  endpointUrl: optional(everywhere, {
    help: 'endpoint to send requests to in place of the AWS one',
    otherwise: 'AWS_ENDPOINT_URL or the region',
    kind: names.endpointUrl,
  }),
  config: optional(everywhere, {
    help: 'JSON or YAML file with options, and sources for where none is named here',
    otherwise: 'no file',
    kind: values.path('file'),
  }),
  json: flag(everywhere, 'print the summary as one JSON object, the last line on stdout; words go to stderr'),
  quiet: flag(everywhere, 'print nothing but errors (and what --json prints)'),
  verbose: flag(everywhere, 'print the settings in effect first'),
  noColor: flag(everywhere, 'no colors; NO_COLOR and TERM=dumb mean the same'),

  table: optional(target, {
    help: 'table to load into; its name, not an ARN',
    otherwise: "required; for worker, the pipeline's",
    kind: names.tableName,
  }),

  encoding: valued(sourceStage, {
    help: 'encoding of the sources: utf-8, utf-16le, utf-16be, latin1, windows-1252, shift_jis, gb18030, …',
    default: 'utf-8',
    kind: names.encoding,
  }),
  compression: valued(sourceStage, {
    help: 'how the sources are packed: auto (told by their first bytes), none, gzip, or zstd (Node 22.15 and later)',
    default: 'auto',
    kind: values.oneOf(['auto', 'none', 'gzip', 'zstd']),
  }),
  skipRecords: valued(sourceStage, {
    help: 'records to pass over at the beginning of each source, after its header',
    default: '0',
    kind: values.wholeNumber(0, mostRecords),
  }),
  maxRecords: optional(sourceStage, {
    help: 'records to load, of all sources together',
    otherwise: 'all',
    kind: values.wholeNumber(1, mostRecords),
  }),

  delimiter: valued(readStage, {
    help: 'what stands between fields: one character or several; \\t is a tab',
    default: ',',
    kind: marks.mark,
  }),
  quote: valued(readStage, {
    help: "what quotes a field, or 'none'",
    default: '"',
    kind: marks.markOrNone,
  }),
  escape: optional(readStage, {
    help: 'what stands before a quote inside a quoted field, like \\; it takes the meaning of any character away',
    otherwise: 'the quote, doubled',
    kind: marks.mark,
  }),
  comment: optional(readStage, {
    help: 'what a line of comment begins with, like #',
    otherwise: 'no comments',
    kind: marks.mark,
  }),
  noHeader: flag(readStage, 'the sources have no header: --columns names the columns'),
  columns: optional(readStage, {
    help: 'names of the columns, in order, like id,name; they take the place of those in a header',
    otherwise: 'the header names them',
    kind: lists.list('id,name'),
  }),
  trim: flag(readStage, 'leave out white space around fields, but not inside quotes'),
  ragged: valued(readStage, {
    help:
      'records with fewer or more fields than the header: reject them, pad (missing fields are empty), or ' +
      'truncate (that, and surplus fields are dropped)',
    default: 'reject',
    kind: values.oneOf(['reject', 'pad', 'truncate']),
  }),
  maxRecordBytes: valued(readStage, {
    help: 'a longer record ends the run: most likely a quote was never closed',
    default: '4MiB',
    kind: values.size(1, mostRecordMiB * 1024 ** 2),
  }),

  types: optional(mapStage, {
    help: 'types of columns, S, N, BOOL, NULL or B, like age:N,active:BOOL; keys have the type of the table',
    otherwise: 'S',
    kind: lists.columnTypes,
  }),
  rename: optional(mapStage, {
    help: 'names of attributes for columns, like zip_code=zip,st=state',
    otherwise: 'as in the header',
    kind: lists.renames,
  }),
  select: optional(mapStage, {
    help: 'columns to load, like id,name',
    otherwise: 'all',
    kind: lists.list('id,name'),
  }),
  drop: optional(mapStage, {
    help: 'columns to leave out',
    otherwise: 'none',
    kind: lists.list('id,name'),
  }),
  empty: valued(mapStage, {
    help: 'an empty field: omit the attribute, make it null, or an empty string',
    default: 'omit',
    kind: values.oneOf(['omit', 'null', 'string']),
  }),
  nullStrings: optional(mapStage, {
    help: 'fields that mean NULL, like NULL,N/A,\\N',
    otherwise: 'none',
    kind: lists.list('NULL,N/A'),
  }),

  concurrency: valued(rates, {
    help: 'requests in flight at most, 1 to 1024; auto: as many as bring something',
    default: 'auto',
    kind: values.autoOrWholeNumber(1, 1024),
  }),
  maxWriteUnits: optional(rates, {
    help: 'write capacity units to use in a second, at most',
    otherwise: 'no cap',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  maxErrors: valued(rates, {
    help: 'rejected records after which the run stops, or their share of the records read (from 1,000 records on)',
    default: '1000',
    kind: values.maxErrors,
  }),
  retryFor: valued(writeStage, {
    help: 'how long to go on without any acknowledged write before the run stops',
    default: '15m',
    kind: values.duration(0),
  }),
  createTable: flag(writeStage, 'make the table, on-demand, where it is not there'),
  partitionKey: optional(tableToMake, {
    placeholder: '<attribute>',
    help: 'partition key of a table that is made',
    otherwise: 'first column',
    kind: values.nonEmpty,
  }),
  sortKey: optional(tableToMake, {
    placeholder: '<attribute>',
    help: 'sort key of a table that is made',
    otherwise: 'none',
    kind: values.nonEmpty,
  }),
  local: optional(writeStage, {
    help: `load into the DynamoDB embedded here, kept in a folder (${localFolder}); makes the table`,
    otherwise: 'AWS',
    bare: localFolder,
    kind: values.pathOrBare('folder', localFolder),
  }),

  rejects: optional(followed, {
    placeholder: '<path>',
    help: 'where rejected records go: a file for one source, a folder for several; reasons beside it in .jsonl',
    otherwise: 'NAME.rejects',
    kind: values.path('file'),
  }),
  checkpoint: optional(reportStage, {
    help: 'where a run that is not finished keeps its place',
    otherwise: 'NAME.checkpoint',
    kind: values.path('file'),
  }),
  resume: flag(reportStage, 'go on from the checkpoint; start where there is none'),
  restart: flag(reportStage, 'start from the beginning though there is a checkpoint'),
  summary: optional(followed, {
    help: 'write the summary, as --json prints it, to a file',
    otherwise: 'no file',
    kind: values.path('file'),
  }),
  notify: optional(ending, {
    help: 'publish the summary to this SNS topic when the run, or a job, has ended',
    otherwise: "nobody; for worker, the pipeline's",
    kind: names.topicArn,
  }),
  reportEvery: valued(followed, {
    help: 'time between progress lines where stderr is not a terminal',
    default: '10s',
    kind: values.duration(10),
  }),

  name: optional(pipeline, {
    help: 'which pipeline, where an account has several: small letters, digits and -',
    otherwise: 'the one without a name',
    kind: names.pipelineName,
  }),
  bucket: optional(pipeline, {
    help: 'bucket of the pipeline',
    otherwise: "made from the account, the region and the pipeline's name",
    kind: names.bucketName,
  }),
  queueUrl: optional(working, {
    help: 'queue that the bucket sends its events to',
    otherwise: "the pipeline's",
    kind: names.queueUrl,
  }),
  bucketOwner: optional(working, {
    help: 'account that the bucket must belong to',
    otherwise: "the queue's account",
    kind: names.account,
  }),
  tasks: valued(working, {
    help: 'jobs, or ranges of jobs, to load at the same time; each takes some 150 MB of memory',
    default: '2',
    kind: values.wholeNumber(1, 64),
  }),
  untilEmpty: flag(
    working,
    'end when no message is left and every job has ended; otherwise wait for more until it is told to stop',
  ),

  parallel: valued(ranges, {
    help:
      'ranges that a file is cut into, which are loaded at the same time, each in the order of its records but not one ' +
      'behind the other: for distinct keys',
    default: '1',
    kind: values.wholeNumber(1, mostRanges),
  }),

  key: optional(uploading, {
    help: 'name to put one file, or standard input, under, like people.csv',
    otherwise: "the file's own",
    kind: names.objectName,
  }),
  expectedSize: optional(uploading, {
    help: 'how large standard input may become, where that is more than 600GiB',
    otherwise: '600GiB',
    kind: values.size(1, mostObjectBytes),
  }),
  wait: flag(uploading, 'follow the files until they are loaded, and end as direct does'),
  replace: flag(
    uploading,
    'put a file also while the last one of its name is still being loaded: what is left of that is not loaded',
  ),
  ifChanged: flag(
    uploading,
    'do nothing where the same content was the last to be loaded under this name, with the same settings',
  ),

  prefix: valued(provisioning, {
    help: 'what keys begin with whose objects are loaded',
    default: 'import/',
    kind: names.keyPrefix,
  }),
  suffix: optional(provisioning, {
    help: 'what they end with besides, like DATA.csv',
    otherwise: 'any',
    kind: names.keySuffix,
  }),
  writeUnits: optional(provisioning, {
    help: 'provisioned write capacity units of a table that is made',
    otherwise: 'on-demand',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  readUnits: optional(provisioning, {
    help: 'provisioned read capacity units, beside --write-units',
    otherwise: '1',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  noFunction: flag(provisioning, 'make no function: csv2ddb worker loads'),
  maxFunctions: optional(provisioning, {
    help: 'functions at work at the same time, at most',
    otherwise: 'half of what the account can have run, 2 to 50',
    kind: values.wholeNumber(2, 1_000),
  }),
  email: optional(provisioning, {
    help: 'make a topic that is told how jobs end, and of dead letters, and have it write to this address',
    otherwise: 'nobody',
    kind: names.emailAddress,
  }),
  dryRun: flag(provisioning, 'show what would be made and changed, and do nothing'),
  deleteData: flag(
    destroying,
    'delete the bucket with all that is in it, and the table, too, where provision made them',
  ),
  yes: flag(destroying, 'do not ask'),

  printPolicy: flag(permitted, 'print the IAM policy that the command needs, as JSON, and do nothing'),

  port: valued(serving, {
    help: 'port of 127.0.0.1 to serve at; 0 takes a free one',
    default: '8000',
    kind: values.wholeNumber(0, 65_535),
  }),
});

export type Options = typeof options;
export type OptionKey = keyof Options;

/** The options of a command, the global ones too, in the order of the table. */
export function optionsOf(command: CommandName): [OptionKey, Option<unknown>][] {
  return allOptions().filter(([, option]) => option.commands?.includes(command) ?? true);
}

export function allOptions(): [OptionKey, Option<unknown>][] {
  return Object.entries(options) as [OptionKey, Option<unknown>][];
}
