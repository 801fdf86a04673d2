import { checkOptions } from './rules.ts';
import { typesByAttribute, pick, allowsColor, type OptionValues, type ParsedOptions } from './parse.ts';
import type { ProcessContext } from './resolve.ts';
import type { AttributeType } from '../load/settings.ts';
import type { AwsSettings } from '../aws/settings.ts';
import type { CommandName } from './option.ts';

/** The settings of every pipeline command. Without a `name`, it is the unnamed pipeline; without a `bucket`, its default bucket. */
export interface PipelineCommandSettings extends Pick<
  OptionValues,
  'name' | 'bucket' | 'printPolicy' | 'json' | 'quiet' | 'verbose'
> {
  readonly aws: AwsSettings;
  readonly color: boolean;
}

const uploadOptions = ['key', 'wait', 'replace', 'ifChanged', 'rejects', 'summary'] as const;

/** The settings of `csv2ddb upload`. */
export interface UploadSettings extends PipelineCommandSettings, Pick<OptionValues, (typeof uploadOptions)[number]> {
  /** Paths; `-` is standard input, which always has a `key`. Never empty. */
  readonly files: readonly string[];
  /** Maximum bytes of standard input; undefined: as many as fit into parts of the default size. */
  readonly expectedBytes: number | undefined;
  readonly reportEveryMs: number;
}

const provisionOptions = [
  'sortKey',
  'prefix',
  'suffix',
  'maxFunctions',
  'email',
  'notify',
  'maxErrors',
  'dryRun',
] as const;

/** The settings of `csv2ddb provision`. */
export interface ProvisionSettings
  extends PipelineCommandSettings, Pick<OptionValues, (typeof provisionOptions)[number]> {
  readonly table: string;
  readonly partitionKey: string;
  /** By attribute name. A key without a type is S in a new table, and any type in an existing one. */
  readonly types: ReadonlyMap<string, AttributeType>;
  /** Provisioned capacity units of a new table; undefined: on-demand. */
  readonly units: { readonly write: number; readonly read: number } | undefined;
  readonly hasFunction: boolean;
}

/** The settings of `csv2ddb destroy`. */
export interface DestroySettings extends PipelineCommandSettings, Pick<OptionValues, 'deleteData' | 'yes'> {}

/** @throws LoaderError USAGE, which lists every problem */
export function resolveUpload(parsed: ParsedOptions, context: ProcessContext): UploadSettings {
  const values = checkOptions('upload', parsed, context);
  return {
    ...resolveCommon(values, context.env),
    ...pick(values, ...uploadOptions),
    files: parsed.sources.length === 0 ? ['-'] : parsed.sources,
    expectedBytes: values.expectedSize,
    reportEveryMs: values.reportEvery,
  };
}

/** @throws LoaderError USAGE */
export function resolveProvision(parsed: ParsedOptions, env: NodeJS.ProcessEnv): ProvisionSettings {
  const values = checkOptions('provision', parsed);
  return {
    ...resolveCommon(values, env),
    ...pick(values, ...provisionOptions),
    table: values.table ?? '',
    partitionKey: values.partitionKey ?? '',
    types: typesByAttribute(values),
    units: values.writeUnits === undefined ? undefined : { write: values.writeUnits, read: values.readUnits ?? 1 },
    hasFunction: !values.noFunction,
  };
}

/** @throws LoaderError USAGE */
export function resolveDestroy(parsed: ParsedOptions, env: NodeJS.ProcessEnv): DestroySettings {
  const values = checkOptions('destroy', parsed);
  return { ...resolveCommon(values, env), ...pick(values, 'deleteData', 'yes') };
}

/** Returns the settings of `csv2ddb status` or `csv2ddb redrive`. @throws LoaderError USAGE */
export function resolvePipelineCommand(
  command: CommandName,
  parsed: ParsedOptions,
  env: NodeJS.ProcessEnv,
): PipelineCommandSettings {
  return resolveCommon(checkOptions(command, parsed), env);
}

/** Returns the settings that all pipeline commands have. */
export function resolveCommon(values: OptionValues, env: NodeJS.ProcessEnv): PipelineCommandSettings {
  return {
    ...pick(values, 'name', 'bucket', 'printPolicy', 'json', 'quiet', 'verbose'),
    aws: pick(values, 'region', 'profile', 'endpointUrl'),
    color: allowsColor(values, env),
  };
}
