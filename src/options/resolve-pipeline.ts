import { basename } from 'node:path';
import { refuse, type OptionValues, type ParsedOptions } from './parse.ts';
import { wantsColor, type Surroundings } from './resolve.ts';
import { opposites } from './rules.ts';
import type { AttributeType, MaxErrors } from '../load/settings.ts';
import type { AwsSettings } from '../aws/settings.ts';
import type { CommandName } from './option.ts';

/** What all commands about a pipeline are told. */
export interface PipelineCommandSettings {
  readonly aws: AwsSettings;
  /** Undefined: the pipeline without a name. */
  readonly name: string | undefined;
  /** Undefined: the bucket that is made from account, region and name. */
  readonly bucket: string | undefined;
  /** Print the policy that the command needs, and do nothing. */
  readonly printPolicy: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** What `csv2ddb upload` is told to do. */
export interface UploadSettings extends PipelineCommandSettings {
  /** Paths; `-` is standard input. Never empty. */
  readonly files: readonly string[];
  /** In place of the file's own name; there with standard input. */
  readonly key: string | undefined;
  /** Bytes of standard input at most; undefined: as many as parts of the usual size hold. */
  readonly expectedBytes: number | undefined;
  readonly wait: boolean;
  readonly replace: boolean;
  readonly ifChanged: boolean;
  readonly rejects: string | undefined;
  readonly summary: string | undefined;
  readonly reportEveryMs: number;
}

/** What `csv2ddb provision` is told to make. */
export interface ProvisionSettings extends PipelineCommandSettings {
  readonly table: string;
  readonly partitionKey: string;
  readonly sortKey: string | undefined;
  /** By attribute. Of keys without one, S in a table that is made, any in one that is there. */
  readonly types: ReadonlyMap<string, AttributeType>;
  /** Provisioned units of a table that is made; undefined: on-demand. */
  readonly units: { readonly write: number; readonly read: number } | undefined;
  readonly prefix: string;
  readonly suffix: string | undefined;
  readonly hasFunction: boolean;
  /** Undefined: as many as the account can bear. */
  readonly maxFunctions: number | undefined;
  /** A topic is made that writes there. */
  readonly email: string | undefined;
  /** ARN of a topic that is there. */
  readonly notify: string | undefined;
  readonly maxErrors: MaxErrors;
  readonly dryRun: boolean;
}

/** What `csv2ddb destroy` is told to take down. */
export interface DestroySettings extends PipelineCommandSettings {
  readonly deleteData: boolean;
  readonly yes: boolean;
}

/** @throws LoaderError USAGE, with all that is wrong in one message */
export function resolveUpload(parsed: ParsedOptions, around: Surroundings): UploadSettings {
  const { sources: named, values, problems, known } = parsed;
  const wrong = [...known, ...problems, ...opposites(values)];
  const files = named.length === 0 ? ['-'] : named;
  // A policy is the same whatever is put.
  const isToPut = !values.printPolicy;
  if (isToPut && named.length === 0 && around.stdinIsTerminal) {
    wrong.push('there is nothing to put: name a CSV file, or pipe one in with --key people.csv');
  } else if (isToPut && files.includes('-') && values.key === undefined) {
    wrong.push('standard input has no name of its own: give it one with --key, like --key people.csv');
  }
  if (files.filter((file) => file === '-').length > 1) wrong.push('standard input (-) can be read only once');
  if (files.includes('')) wrong.push('the name of a file is empty');
  if (values.key !== undefined && files.length > 1) wrong.push('--key names one file, and there are several');
  wrong.push(...sameNames(files));
  refuse(wrong, 'csv2ddb upload --help lists the options');
  return {
    ...common(values, around.env),
    files,
    key: values.key,
    expectedBytes: values.expectedSize,
    wait: values.wait,
    replace: values.replace,
    ifChanged: values.ifChanged,
    rejects: values.rejects,
    summary: values.summary,
    reportEveryMs: values.reportEvery,
  };
}

/** One of them would take the other's place before it is loaded. */
function sameNames(files: readonly string[]): string[] {
  const names = files.map((file) => basename(file));
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at && name !== '-'));
  return [...twice].map((name) => `two files are called ${name}: the second would take the place of the first`);
}

/** @throws LoaderError USAGE */
export function resolveProvision(parsed: ParsedOptions, env: NodeJS.ProcessEnv): ProvisionSettings {
  const { given, values, problems, known } = parsed;
  const wrong = [...known, ...problems, ...opposites(values)];
  if (!given.has('table')) wrong.push('--table is missing: the table to load into, like --table people');
  if (!given.has('partitionKey'))
    wrong.push('--partition-key is missing: the partition key of the table, like --partition-key id');
  if (values.partitionKey !== undefined && values.partitionKey === values.sortKey) {
    wrong.push('--partition-key and --sort-key name the same attribute');
  }
  const types = typesOf(values);
  for (const key of [values.partitionKey, values.sortKey]) {
    const type = key === undefined ? undefined : types.get(key);
    if (type === 'BOOL' || type === 'NULL') wrong.push(`--types makes ${key ?? ''} ${type}, and a key is S, N or B`);
  }
  if (values.readUnits !== undefined && values.writeUnits === undefined) {
    wrong.push('--read-units needs --write-units beside it');
  }
  if (values.email !== undefined && values.notify !== undefined) {
    wrong.push('--email makes a topic, --notify names one: leave one out');
  }
  if (values.noFunction && values.maxFunctions !== undefined) {
    wrong.push('--no-function and --max-functions contradict each other: leave one out');
  }
  refuse(wrong, 'csv2ddb provision --help lists the options');
  return {
    ...common(values, env),
    table: values.table ?? '',
    partitionKey: values.partitionKey ?? '',
    sortKey: values.sortKey,
    types,
    units: values.writeUnits === undefined ? undefined : { write: values.writeUnits, read: values.readUnits ?? 1 },
    prefix: values.prefix,
    suffix: values.suffix,
    hasFunction: !values.noFunction,
    maxFunctions: values.maxFunctions,
    email: values.email,
    notify: values.notify,
    maxErrors: values.maxErrors,
    dryRun: values.dryRun,
  };
}

/** Types are given by column, and keys are attributes. */
function typesOf({ types, rename }: OptionValues): ReadonlyMap<string, AttributeType> {
  return new Map([...(types ?? [])].map(([column, type]) => [rename?.get(column) ?? column, type]));
}

/** The settings of `csv2ddb destroy`. @throws LoaderError USAGE */
export function resolveDestroy({ values, problems, known }: ParsedOptions, env: NodeJS.ProcessEnv): DestroySettings {
  refuse([...known, ...problems, ...opposites(values)], 'csv2ddb destroy --help lists the options');
  return { ...common(values, env), deleteData: values.deleteData, yes: values.yes };
}

/** The settings of `csv2ddb status` and `csv2ddb redrive`. @throws LoaderError USAGE */
export function resolvePipelineCommand(
  command: CommandName,
  { values, problems, known }: ParsedOptions,
  env: NodeJS.ProcessEnv,
): PipelineCommandSettings {
  refuse([...known, ...problems, ...opposites(values)], `csv2ddb ${command} --help lists the options`);
  return common(values, env);
}

function common(values: OptionValues, env: NodeJS.ProcessEnv): PipelineCommandSettings {
  const { region, profile, endpointUrl, name, bucket, printPolicy, json, quiet, verbose } = values;
  return {
    aws: { region, profile, endpointUrl },
    ...{ name, bucket, printPolicy, json, quiet, verbose },
    color: wantsColor(values, env),
  };
}
