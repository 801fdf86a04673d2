import { maxObjectBytes, maxRangeCount, maxRecordMiB, maxRecordCount } from '../load/limits.ts';
import { textFormats } from '../load/read/text-formats.ts';
import * as awsValues from './aws-values.ts';
import * as dialectValues from './dialect-values.ts';
import * as listValues from './list-values.ts';
import { flag, nameOptions, optional, valued, type CommandName, type Option, type OptionScope } from './option.ts';
import * as values from './values.ts';

const globalScope: OptionScope = { commands: undefined, group: 'global' };
const tableScope: OptionScope = { commands: ['direct', 'provision', 'worker'], group: 'table' };
/** Commands that take the settings of a load; `provision` stores them as the defaults of the pipeline. */
const loadCommands = ['direct', 'upload', 'provision'] as const;
const sourceScope: OptionScope = { commands: loadCommands, group: 'source' };
const readScope: OptionScope = { commands: loadCommands, group: 'read' };
const mapScope: OptionScope = { commands: loadCommands, group: 'map' };
const loadWriteScope: OptionScope = { commands: loadCommands, group: 'write' };
const directWriteScope: OptionScope = { commands: ['direct'], group: 'write' };
const newTableScope: OptionScope = { commands: ['direct', 'provision'], group: 'write' };
const directReportScope: OptionScope = { commands: ['direct'], group: 'report' };
const progressScope: OptionScope = { commands: ['direct', 'upload'], group: 'report' };
const notifyScope: OptionScope = { commands: ['direct', 'provision', 'worker'], group: 'report' };
const pipelineCommands = ['upload', 'provision', 'worker', 'status', 'redrive', 'destroy'] as const;
const pipelineScope: OptionScope = { commands: pipelineCommands, group: 'pipeline' };
const workerScope: OptionScope = { commands: ['worker'], group: 'pipeline' };
const uploadScope: OptionScope = { commands: ['upload'], group: 'upload' };
const rangeScope: OptionScope = { commands: ['upload', 'provision'], group: 'write' };
const provisionScope: OptionScope = { commands: ['provision'], group: 'provision' };
const destroyScope: OptionScope = { commands: ['destroy'], group: 'provision' };
const policyScope: OptionScope = { commands: ['direct', ...pipelineCommands], group: 'permissions' };
const localScope: OptionScope = { commands: ['local'], group: 'local' };

/** Default folder of the embedded DynamoDB. */
export const localFolder = 'csv2ddb-local';

/** Every option, in the order of the help. The key `retryFor` is the option `--retry-for`. */
export const options = nameOptions({
  region: optional(globalScope, {
    placeholder: '<region>',
    help: 'AWS region of the table and of S3 sources',
    otherwise: 'AWS_REGION or the profile',
    kind: values.nonEmpty,
  }),
  profile: optional(globalScope, {
    help: 'profile in the AWS configuration files',
    otherwise: 'AWS_PROFILE or the default credentials',
    kind: values.nonEmpty,
  }),
  endpointUrl: optional(globalScope, {
    help: 'address that replaces the AWS endpoint',
    otherwise: 'AWS_ENDPOINT_URL or the region',
    kind: awsValues.endpointUrl,
  }),
  config: optional(globalScope, {
    help: 'YAML or JSON file with options and sources',
    details: 'Its sources are used only if the command line names none.',
    otherwise: 'no file',
    kind: values.path('file'),
  }),
  json: flag(
    globalScope,
    'print the summary as one JSON object on stdout',
    'It is the last line on stdout; text for people goes to stderr.',
  ),
  quiet: flag(globalScope, 'print only errors, and the output of --json'),
  verbose: flag(globalScope, 'print the effective settings before the command runs'),
  noColor: flag(globalScope, 'print without colors', 'NO_COLOR and TERM=dumb have the same effect.'),

  table: optional(tableScope, {
    help: 'name of the table to load into',
    details: 'A name, not an ARN.',
    otherwise: "the pipeline's table for worker, otherwise required",
    kind: awsValues.tableName,
  }),

  encoding: valued(sourceScope, {
    help: 'character encoding of the sources, like utf-8 or windows-1252',
    details: 'See Encodings in docs/options.md for all names.',
    default: 'utf-8',
    kind: awsValues.encoding,
  }),
  compression: valued(sourceScope, {
    help: 'compression of the sources',
    placeholder: '<format>',
    details: 'auto detects it from the first bytes of each source; zstd needs Node 22.15 or later.',
    default: 'auto',
    kind: values.oneOf(['auto', 'none', 'gzip', 'zstd']),
  }),
  skipLines: valued(sourceScope, {
    help: 'lines to skip at the start of each source, like titles',
    details: 'They may contain anything; the next line is the header, or the first record with --no-header.',
    default: '0',
    kind: values.wholeNumber(0, maxRecordCount),
  }),
  skipRecords: valued(sourceScope, {
    help: 'records to skip at the start of each source, after its header',
    default: '0',
    kind: values.wholeNumber(0, maxRecordCount),
  }),
  maxRecords: optional(sourceScope, {
    help: 'maximum number of records to load from all sources together',
    otherwise: 'all',
    kind: values.wholeNumber(1, maxRecordCount),
  }),

  delimiter: valued(readScope, {
    help: 'field delimiter: one or more characters; \\t is a tab',
    default: ',',
    kind: dialectValues.dialectText,
  }),
  quote: valued(readScope, {
    help: "quote around a field: one or more characters, or 'none'",
    default: '"',
    kind: dialectValues.dialectTextOrNone,
  }),
  escape: optional(readScope, {
    help: 'escape before a quote or an escape in a quoted field, like \\',
    details: 'Before any other character it is text.',
    otherwise: 'a doubled quote',
    kind: dialectValues.dialectText,
  }),
  comment: optional(readScope, {
    help: 'start of a comment line, like #',
    otherwise: 'no comments',
    kind: dialectValues.dialectText,
  }),
  noHeader: flag(readScope, 'read sources that have no header; needs --columns'),
  columns: optional(readScope, {
    help: 'column names in order, like id,name',
    details: 'They replace the names in the header, which must have one of them; otherwise use --no-header.',
    otherwise: 'the names in the header',
    kind: listValues.list('id,name'),
  }),
  unnamed: valued(readScope, {
    help: 'handling of columns without a name in the header',
    details:
      'reject ends the run; drop leaves them out, and rejects records with text in one; name names them after their position, like column_16.',
    default: 'reject',
    kind: values.oneOf(['reject', 'drop', 'name']),
  }),
  sameName: valued(readScope, {
    help: 'handling of columns with the name of an earlier one',
    details: 'reject ends the run; rename adds the next free number, like x_2.',
    default: 'reject',
    kind: values.oneOf(['reject', 'rename']),
  }),
  trim: flag(readScope, 'remove white space around fields, but not inside quotes'),
  multiline: valued(readScope, {
    help: 'whether quoted fields may contain line endings',
    details: 'With no, a quote that never closes rejects its own line, and the run continues.',
    default: 'yes',
    kind: values.yesOrNo,
  }),
  strayQuotes: valued(readScope, {
    help: 'handling of quotes that neither open nor close a field',
    details: 'text keeps each quote that is neither before a delimiter nor at the end of the record.',
    default: 'reject',
    kind: values.oneOf(['reject', 'text']),
  }),
  unescape: optional(readScope, {
    placeholder: '<database>',
    help: "decode the backslashes of a database's text export",
    details:
      "For COPY of PostgreSQL, INTO OUTFILE of MySQL, and UNLOAD with ESCAPE of Redshift; \\N is NULL. PostgreSQL's format has no quotes.",
    otherwise: 'backslashes are text',
    kind: values.oneOf(textFormats),
  }),
  ragged: valued(readScope, {
    help: 'handling of records with too few or too many fields',
    details:
      'reject rejects them; pad adds empty fields if some are missing; truncate does that too, and drops surplus fields.',
    default: 'reject',
    kind: values.oneOf(['reject', 'pad', 'truncate']),
  }),
  maxRecordBytes: valued(readScope, {
    help: 'maximum size of a record',
    details: 'A longer record stops the run: most likely a quote was never closed.',
    default: '4MiB',
    kind: values.size(1, maxRecordMiB * 1024 ** 2),
  }),

  types: optional(mapScope, {
    help: 'types of columns (S, N, BOOL, NULL or B), like age:N,active:BOOL',
    details: 'Key attributes always have the type that the table defines.',
    otherwise: 'S',
    kind: listValues.columnTypes,
  }),
  rename: optional(mapScope, {
    help: 'attribute names for columns, like zip_code=zip,st=state',
    otherwise: 'the column names',
    kind: listValues.renames,
  }),
  select: optional(mapScope, {
    help: 'columns to load, like id,name',
    otherwise: 'all',
    kind: listValues.list('id,name'),
  }),
  drop: optional(mapScope, {
    help: 'columns to leave out, like comment',
    otherwise: 'none',
    kind: listValues.list('id,name'),
  }),
  empty: valued(mapScope, {
    help: 'handling of empty fields',
    details:
      'omit leaves the attribute out; null writes NULL; string writes an empty string or binary (other types are left out).',
    default: 'omit',
    kind: values.oneOf(['omit', 'null', 'string']),
  }),
  nullStrings: optional(mapScope, {
    help: 'fields to treat as NULL, like NULL,N/A,\\N',
    otherwise: 'none',
    kind: listValues.list('NULL,N/A'),
  }),

  concurrency: valued(loadWriteScope, {
    help: 'maximum requests in flight, or auto to find the fastest number',
    default: 'auto',
    kind: values.autoOrWholeNumber(1, 1024),
  }),
  maxWriteUnits: optional(loadWriteScope, {
    help: 'maximum write capacity units per second',
    otherwise: 'no limit',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  maxErrors: valued(loadWriteScope, {
    help: 'maximum rejected records before the run stops: a number or share',
    details:
      'A share is of the records read, and is checked from 1,000 records on. By default, 100 records with a wrong number of fields also stop it if none was accepted.',
    default: '1000',
    kind: values.maxErrors,
  }),
  retryFor: valued(directWriteScope, {
    help: 'stop after this long without an acknowledged write',
    default: '15m',
    kind: values.duration(0),
  }),
  createTable: flag(directWriteScope, 'create the table (on-demand) if it does not exist'),
  partitionKey: optional(newTableScope, {
    placeholder: '<attribute>',
    help: 'partition key of a new table',
    otherwise: 'first column; required for provision',
    kind: values.nonEmpty,
  }),
  sortKey: optional(newTableScope, {
    placeholder: '<attribute>',
    help: 'sort key of a new table',
    otherwise: 'none',
    kind: values.nonEmpty,
  }),
  local: optional(directWriteScope, {
    help: 'load into an embedded DynamoDB that is stored in a folder',
    details: `Without a value, the folder is ${localFolder}. The table is created if it does not exist.`,
    otherwise: 'AWS',
    bare: localFolder,
    kind: values.pathOrBare('folder', localFolder),
  }),

  rejects: optional(progressScope, {
    placeholder: '<path>',
    help: 'file for rejected records, or a folder for several sources',
    details: 'The reasons are in a .jsonl file next to it.',
    otherwise: 'source name with .rejects',
    kind: values.path('file'),
  }),
  checkpoint: optional(directReportScope, {
    help: 'file for the progress of an unfinished run',
    otherwise: 'source name with .checkpoint',
    kind: values.path('file'),
  }),
  resume: flag(directReportScope, 'resume from the checkpoint, or start if it does not exist'),
  restart: flag(directReportScope, 'start from the beginning even if there is a checkpoint'),
  summary: optional(progressScope, {
    help: 'write the summary to this file, as --json prints it',
    otherwise: 'no file',
    kind: values.path('file'),
  }),
  notify: optional(notifyScope, {
    help: 'publish the summary of each run or job to this SNS topic',
    otherwise: "the pipeline's topic for worker, otherwise none",
    kind: awsValues.topicArn,
  }),
  reportEvery: valued(progressScope, {
    help: 'time between progress lines if stderr is not a terminal',
    default: '10s',
    kind: values.duration(10),
  }),

  name: optional(pipelineScope, {
    help: 'name of the pipeline, if the account has several',
    details: 'Lower-case letters, digits and hyphens.',
    otherwise: 'the pipeline without a name',
    kind: awsValues.pipelineName,
  }),
  bucket: optional(pipelineScope, {
    help: 'bucket of the pipeline',
    otherwise: 'named after the account, the region and the pipeline',
    kind: awsValues.bucketName,
  }),
  queueUrl: optional(workerScope, {
    help: 'queue that receives the events of the bucket',
    otherwise: "the pipeline's queue",
    kind: awsValues.queueUrl,
  }),
  bucketOwner: optional(workerScope, {
    help: 'account that must own the bucket',
    otherwise: "the queue's account",
    kind: awsValues.account,
  }),
  tasks: valued(workerScope, {
    help: 'jobs, or ranges of jobs, to load at the same time',
    details: 'Each needs about 150 MB of memory.',
    default: '2',
    kind: values.wholeNumber(1, 64),
  }),
  untilEmpty: flag(
    workerScope,
    'exit when the queue is empty and every job has ended',
    'Without it, the worker waits for more messages until you stop it.',
  ),

  parallel: valued(rangeScope, {
    help: 'ranges of a file to load in parallel, if all its keys are unique',
    details: 'Records are written in order within a range, but not across ranges.',
    default: '1',
    kind: values.wholeNumber(1, maxRangeCount),
  }),

  key: optional(uploadScope, {
    help: 'object name for one file or standard input, like people.csv',
    otherwise: 'the name of the file',
    kind: awsValues.objectName,
  }),
  expectedSize: optional(uploadScope, {
    help: 'maximum size of standard input',
    otherwise: '600GiB',
    kind: values.size(1, maxObjectBytes),
  }),
  wait: flag(uploadScope, 'wait until the files are loaded, and exit with the status of direct'),
  replace: flag(
    uploadScope,
    'upload even if an earlier file of this name is still loading',
    'The rest of the earlier file is not loaded.',
  ),
  ifChanged: flag(
    uploadScope,
    'skip files that were last loaded with this content and settings',
    'Compares with the last load of the same object name.',
  ),

  prefix: valued(provisionScope, {
    help: 'load only objects whose key starts with this prefix',
    default: 'import/',
    kind: awsValues.keyPrefix,
  }),
  suffix: optional(provisionScope, {
    help: 'load only objects whose key ends with this, like DATA.csv',
    otherwise: 'any',
    kind: awsValues.keySuffix,
  }),
  writeUnits: optional(provisionScope, {
    help: 'provisioned write capacity units of a new table',
    otherwise: 'on-demand',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  readUnits: optional(provisionScope, {
    help: 'provisioned read capacity units; needs --write-units',
    otherwise: '1',
    kind: values.wholeNumber(1, 1_000_000_000),
  }),
  noFunction: flag(provisionScope, 'create no function; load with csv2ddb worker instead'),
  maxFunctions: optional(provisionScope, {
    help: 'maximum number of functions running at the same time',
    otherwise: 'half of the concurrency of the account, but 2 to 50',
    kind: values.wholeNumber(2, 1_000),
  }),
  email: optional(provisionScope, {
    help: 'email address for job results and dead-letter alarms',
    details: 'provision creates an SNS topic for them, and SNS asks the address to confirm.',
    otherwise: 'none',
    kind: awsValues.emailAddress,
  }),
  dryRun: flag(provisionScope, 'show the planned changes without making them'),
  deleteData: flag(
    destroyScope,
    'also delete the bucket with its objects, and the table',
    'Only if provision created them.',
  ),
  yes: flag(destroyScope, 'do not ask for confirmation'),

  printPolicy: flag(policyScope, 'print the required IAM policy as JSON, and exit'),

  port: valued(localScope, {
    help: 'port on 127.0.0.1 to listen on; 0 picks a free one',
    default: '8000',
    kind: values.wholeNumber(0, 65_535),
  }),
});

export type Options = typeof options;
export type OptionKey = keyof Options;

/** The options of a command, including the global ones, in the order of the table. */
export function optionsOf(command: CommandName): [OptionKey, Option<unknown>][] {
  return allOptions().filter(([, option]) => option.commands?.includes(command) ?? true);
}

export function allOptions(): [OptionKey, Option<unknown>][] {
  return Object.entries(options) as [OptionKey, Option<unknown>][];
}
