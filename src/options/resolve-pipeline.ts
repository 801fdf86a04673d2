import { checkOptions } from './check-options.ts';
import { attributeTypes, type OptionValues, type ParsedOptions } from './parse.ts';
import { wantsColor, type Surroundings } from './resolve.ts';
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
  const { sources: named } = parsed;
  const values = checkOptions('upload', parsed, around);
  return {
    ...common(values, around.env),
    files: named.length === 0 ? ['-'] : named,
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

/** @throws LoaderError USAGE */
export function resolveProvision(parsed: ParsedOptions, env: NodeJS.ProcessEnv): ProvisionSettings {
  const values = checkOptions('provision', parsed);
  return {
    ...common(values, env),
    table: values.table ?? '',
    partitionKey: values.partitionKey ?? '',
    sortKey: values.sortKey,
    types: attributeTypes(values),
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

/** The settings of `csv2ddb destroy`. @throws LoaderError USAGE */
export function resolveDestroy(parsed: ParsedOptions, env: NodeJS.ProcessEnv): DestroySettings {
  const values = checkOptions('destroy', parsed);
  return { ...common(values, env), deleteData: values.deleteData, yes: values.yes };
}

/** The settings of `csv2ddb status` and `csv2ddb redrive`. @throws LoaderError USAGE */
export function resolvePipelineCommand(
  command: CommandName,
  parsed: ParsedOptions,
  env: NodeJS.ProcessEnv,
): PipelineCommandSettings {
  return common(checkOptions(command, parsed), env);
}

function common(values: OptionValues, env: NodeJS.ProcessEnv): PipelineCommandSettings {
  const { region, profile, endpointUrl, name, bucket, printPolicy, json, quiet, verbose } = values;
  return {
    aws: { region, profile, endpointUrl },
    ...{ name, bucket, printPolicy, json, quiet, verbose },
    color: wantsColor(values, env),
  };
}
