import { mostRecordMiB, mostRecords } from './limits.ts';
import * as lists from './lists.ts';
import * as marks from './marks.ts';
import * as names from './names.ts';
import { flag, optional, valued, type CommandName, type Option, type Where } from './option.ts';
import * as values from './values.ts';

const everywhere: Where = { commands: undefined, group: 'global' };
const target: Where = { commands: ['direct', 'worker'], group: 'table' };
const sourceStage: Where = { commands: ['direct'], group: 'source' };
const readStage: Where = { commands: ['direct'], group: 'read' };
const mapStage: Where = { commands: ['direct'], group: 'map' };
const writeStage: Where = { commands: ['direct'], group: 'write' };
const reportStage: Where = { commands: ['direct'], group: 'report' };
const ending: Where = { commands: ['direct', 'worker'], group: 'report' };
const pipeline: Where = { commands: ['worker'], group: 'pipeline' };
const serving: Where = { commands: ['local'], group: 'local' };

/** Folder of the embedded DynamoDB where none is named. */
export const localFolder = 'csv2ddb-local';

/** Every option, once, in the order of the help. */
export const options = {
  region: optional(everywhere, {
    name: 'region',
    value: '<region>',
    help: 'AWS region, of S3 sources too',
    otherwise: 'AWS_REGION or the profile',
    kind: values.nonEmpty,
  }),
  profile: optional(everywhere, {
    name: 'profile',
    value: '<name>',
    help: 'profile of the AWS configuration files',
    otherwise: 'AWS_PROFILE or the default chain',
    kind: values.nonEmpty,
  }),
  endpointUrl: optional(everywhere, {
    name: 'endpoint-url',
    value: '<url>',
    help: 'endpoint to send requests to in place of the AWS one',
    otherwise: 'AWS_ENDPOINT_URL or the region',
    kind: names.endpointUrl,
  }),
  config: optional(everywhere, {
    name: 'config',
    value: '<file>',
    help: 'JSON or YAML file with options, and sources for where none is named here',
    otherwise: 'no file',
    kind: values.path('file'),
  }),
  json: flag(everywhere, {
    name: 'json',
    help: 'print the summary as one JSON object, the last line on stdout; words go to stderr',
  }),
  quiet: flag(everywhere, { name: 'quiet', help: 'print nothing but errors (and what --json prints)' }),
  verbose: flag(everywhere, { name: 'verbose', help: 'print the settings in effect first' }),
  noColor: flag(everywhere, { name: 'no-color', help: 'no colors; NO_COLOR and TERM=dumb mean the same' }),

  table: optional(target, {
    name: 'table',
    value: '<name>',
    help: 'table to load into; its name, not an ARN',
    otherwise: 'required',
    kind: names.tableName,
  }),

  encoding: valued(sourceStage, {
    name: 'encoding',
    value: '<name>',
    help: 'encoding of the sources: utf-8, utf-16le, utf-16be, latin1, windows-1252, shift_jis, gb18030, …',
    default: 'utf-8',
    kind: names.encoding,
  }),
  compression: valued(sourceStage, {
    name: 'compression',
    value: '<way>',
    help: 'how the sources are packed: auto (told by their first bytes), none, gzip, or zstd (Node 22.15 and later)',
    default: 'auto',
    kind: values.oneOf(['auto', 'none', 'gzip', 'zstd']),
  }),
  skipRecords: valued(sourceStage, {
    name: 'skip-records',
    value: '<n>',
    help: 'records to pass over at the beginning of each source, after its header',
    default: '0',
    kind: values.wholeNumber(0, mostRecords),
  }),
  maxRecords: optional(sourceStage, {
    name: 'max-records',
    value: '<n>',
    help: 'records to load, of all sources together',
    otherwise: 'all',
    kind: values.wholeNumber(1, mostRecords),
  }),

  delimiter: valued(readStage, {
    name: 'delimiter',
    value: '<text>',
    help: 'what stands between fields: one character or several; \\t is a tab',
    default: ',',
    kind: marks.mark,
  }),
  quote: valued(readStage, {
    name: 'quote',
    value: '<text>',
    help: "what quotes a field, or 'none'",
    default: '"',
    kind: marks.markOrNone,
  }),
  escape: optional(readStage, {
    name: 'escape',
    value: '<text>',
    help: 'what stands before a quote inside a quoted field, like \\; it takes the meaning of any character away',
    otherwise: 'the quote, doubled',
    kind: marks.mark,
  }),
  comment: optional(readStage, {
    name: 'comment',
    value: '<text>',
    help: 'what a line of comment begins with, like #',
    otherwise: 'no comments',
    kind: marks.mark,
  }),
  noHeader: flag(readStage, {
    name: 'no-header',
    help: 'the sources have no header: --columns names the columns',
  }),
  columns: optional(readStage, {
    name: 'columns',
    value: '<list>',
    help: 'names of the columns, in order, like id,name; they take the place of those in a header',
    otherwise: 'the header names them',
    kind: lists.list('id,name'),
  }),
  trim: flag(readStage, {
    name: 'trim',
    help: 'leave out white space around fields, but not inside quotes',
  }),
  ragged: valued(readStage, {
    name: 'ragged',
    value: '<way>',
    help:
      'records with fewer or more fields than the header: reject them, pad (missing fields are empty), or ' +
      'truncate (that, and surplus fields are dropped)',
    default: 'reject',
    kind: values.oneOf(['reject', 'pad', 'truncate']),
  }),
  maxRecordBytes: valued(readStage, {
    name: 'max-record-bytes',
    value: '<size>',
    help: 'a longer record ends the run: most likely a quote was never closed',
    default: '4MiB',
    kind: values.size(1, mostRecordMiB * 1024 ** 2),
  }),

  types: optional(mapStage, {
    name: 'types',
    value: '<list>',
    help: 'types of columns, S, N, BOOL, NULL or B, like age:N,active:BOOL; keys have the type of the table',
    otherwise: 'S',
    kind: lists.columnTypes,
  }),
  rename: optional(mapStage, {
    name: 'rename',
    value: '<list>',
    help: 'names of attributes for columns, like zip_code=zip,st=state',
    otherwise: 'as in the header',
    kind: lists.renames,
  }),
  select: optional(mapStage, {
    name: 'select',
    value: '<list>',
    help: 'columns to load, like id,name',
    otherwise: 'all',
    kind: lists.list('id,name'),
  }),
  drop: optional(mapStage, {
    name: 'drop',
    value: '<list>',
    help: 'columns to leave out',
    otherwise: 'none',
    kind: lists.list('id,name'),
  }),
  empty: valued(mapStage, {
    name: 'empty',
    value: '<way>',
    help: 'an empty field: omit the attribute, make it null, or an empty string',
    default: 'omit',
    kind: values.oneOf(['omit', 'null', 'string']),
  }),
  nullStrings: optional(mapStage, {
    name: 'null-strings',
    value: '<list>',
    help: 'fields that mean NULL, like NULL,N/A,\\N',
    otherwise: 'none',
    kind: lists.list('NULL,N/A'),
  }),

  concurrency: valued(writeStage, {
    name: 'concurrency',
    value: '<n|auto>',
    help: 'requests in flight at most, 1 to 1024; auto: as many as bring something',
    default: 'auto',
    kind: values.autoOrWholeNumber(1, 1024),
  }),
  maxWriteUnits: optional(writeStage, {
    name: 'max-write-units',
    value: '<n>',
    help: 'write capacity units to use in a second, at most',
    otherwise: 'no cap',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  maxErrors: valued(writeStage, {
    name: 'max-errors',
    value: '<n|n%>',
    help: 'rejected records after which the run stops, or their share of the records read (from 1,000 records on)',
    default: '1000',
    kind: values.maxErrors,
  }),
  retryFor: valued(writeStage, {
    name: 'retry-for',
    value: '<duration>',
    help: 'how long to go on without any acknowledged write before the run stops',
    default: '15m',
    kind: values.duration(0),
  }),
  createTable: flag(writeStage, {
    name: 'create-table',
    help: 'make the table, on-demand, where it is not there',
  }),
  partitionKey: optional(writeStage, {
    name: 'partition-key',
    value: '<attribute>',
    help: 'partition key of a table that is made',
    otherwise: 'first column',
    kind: values.nonEmpty,
  }),
  sortKey: optional(writeStage, {
    name: 'sort-key',
    value: '<attribute>',
    help: 'sort key of a table that is made',
    otherwise: 'none',
    kind: values.nonEmpty,
  }),
  local: optional(writeStage, {
    name: 'local',
    value: '[dir]',
    help: `load into the DynamoDB embedded here, kept in a folder (${localFolder}); makes the table`,
    otherwise: 'AWS',
    bare: localFolder,
    kind: values.pathOrBare('folder', localFolder),
  }),

  rejects: optional(reportStage, {
    name: 'rejects',
    value: '<path>',
    help: 'where rejected records go: a file for one source, a folder for several; reasons beside it in .jsonl',
    otherwise: 'NAME.rejects',
    kind: values.path('file'),
  }),
  checkpoint: optional(reportStage, {
    name: 'checkpoint',
    value: '<file>',
    help: 'where a run that is not finished keeps its place',
    otherwise: 'NAME.checkpoint',
    kind: values.path('file'),
  }),
  resume: flag(reportStage, {
    name: 'resume',
    help: 'go on from the checkpoint; start where there is none',
  }),
  restart: flag(reportStage, {
    name: 'restart',
    help: 'start from the beginning though there is a checkpoint',
  }),
  summary: optional(reportStage, {
    name: 'summary',
    value: '<file>',
    help: 'write the summary, as --json prints it, to a file',
    otherwise: 'no file',
    kind: values.path('file'),
  }),
  notify: optional(ending, {
    name: 'notify',
    value: '<arn>',
    help: 'publish the summary to this SNS topic when the run, or a job, has ended',
    otherwise: 'nobody',
    kind: names.topicArn,
  }),
  reportEvery: valued(reportStage, {
    name: 'report-every',
    value: '<duration>',
    help: 'time between progress lines where stderr is not a terminal',
    default: '10s',
    kind: values.duration(10),
  }),

  bucket: optional(pipeline, {
    name: 'bucket',
    value: '<name>',
    help: 'bucket of the pipeline: what is put under import/ is loaded',
    otherwise: 'required',
    kind: names.bucketName,
  }),
  queueUrl: optional(pipeline, {
    name: 'queue-url',
    value: '<url>',
    help: 'queue that the bucket sends its events to',
    otherwise: 'required',
    kind: names.queueUrl,
  }),
  bucketOwner: optional(pipeline, {
    name: 'bucket-owner',
    value: '<account>',
    help: 'account that the bucket must belong to',
    otherwise: "the queue's account",
    kind: names.account,
  }),
  tasks: valued(pipeline, {
    name: 'tasks',
    value: '<n>',
    help: 'jobs, or ranges of jobs, to load at the same time; each takes some 150 MB of memory',
    default: '2',
    kind: values.wholeNumber(1, 64),
  }),
  untilEmpty: flag(pipeline, {
    name: 'until-empty',
    help: 'end when no message is left and every job has ended; otherwise wait for more until it is told to stop',
  }),

  port: valued(serving, {
    name: 'port',
    value: '<n>',
    help: 'port of 127.0.0.1 to serve at; 0 takes a free one',
    default: '8000',
    kind: values.wholeNumber(0, 65_535),
  }),
};

export type Options = typeof options;
export type OptionKey = keyof Options;

/** The options of a command, the global ones too, in the order of the table. */
export function optionsOf(command: CommandName): [OptionKey, Option<unknown>][] {
  return allOptions().filter(([, option]) => option.commands?.includes(command) ?? true);
}

export function allOptions(): [OptionKey, Option<unknown>][] {
  return Object.entries(options) as [OptionKey, Option<unknown>][];
}
