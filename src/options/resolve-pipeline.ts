import { checkOptions } from './rules.ts';
import { attributeTypes, pick, wantsColor, type OptionValues, type ParsedOptions } from './parse.ts';
import type { Surroundings } from './resolve.ts';
import type { AttributeType } from '../load/settings.ts';
import type { AwsSettings } from '../aws/settings.ts';
import type { CommandName } from './option.ts';

/** What all commands about a pipeline are told. */
export interface PipelineCommandSettings extends Pick<
  OptionValues,
  'name' | 'bucket' | 'printPolicy' | 'json' | 'quiet' | 'verbose'
> {
  readonly aws: AwsSettings;
  readonly color: boolean;
}

const uploadOptions = ['key', 'wait', 'replace', 'ifChanged', 'rejects', 'summary'] as const;

/** What `csv2ddb upload` is told to do. */
export interface UploadSettings extends PipelineCommandSettings, Pick<OptionValues, (typeof uploadOptions)[number]> {
  /** Paths; `-` is standard input, which has a key. Never empty. */
  readonly files: readonly string[];
  /** Bytes of standard input at most; undefined: as many as parts of the usual size hold. */
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

/** What `csv2ddb provision` is told to make. */
export interface ProvisionSettings
  extends PipelineCommandSettings, Pick<OptionValues, (typeof provisionOptions)[number]> {
  readonly table: string;
  readonly partitionKey: string;
  /** By attribute. Of keys without one, S in a table that is made, any in one that is there. */
  readonly types: ReadonlyMap<string, AttributeType>;
  /** Provisioned units of a table that is made; undefined: on-demand. */
  readonly units: { readonly write: number; readonly read: number } | undefined;
  readonly hasFunction: boolean;
}

/** What `csv2ddb destroy` is told to take down. */
export interface DestroySettings extends PipelineCommandSettings, Pick<OptionValues, 'deleteData' | 'yes'> {}

/** @throws LoaderError USAGE, with all that is wrong in one message */
export function resolveUpload(parsed: ParsedOptions, around: Surroundings): UploadSettings {
  const { sources: named } = parsed;
  const values = checkOptions('upload', parsed, around);
  return {
    ...commonSettings(values, around.env),
    ...pick(values, ...uploadOptions),
    files: named.length === 0 ? ['-'] : named,
    expectedBytes: values.expectedSize,
    reportEveryMs: values.reportEvery,
  };
}

/** @throws LoaderError USAGE */
export function resolveProvision(parsed: ParsedOptions, env: NodeJS.ProcessEnv): ProvisionSettings {
  const values = checkOptions('provision', parsed);
  return {
    ...commonSettings(values, env),
    ...pick(values, ...provisionOptions),
    table: values.table ?? '',
    partitionKey: values.partitionKey ?? '',
    types: attributeTypes(values),
    units: values.writeUnits === undefined ? undefined : { write: values.writeUnits, read: values.readUnits ?? 1 },
    hasFunction: !values.noFunction,
  };
}

/** The settings of `csv2ddb destroy`. @throws LoaderError USAGE */
export function resolveDestroy(parsed: ParsedOptions, env: NodeJS.ProcessEnv): DestroySettings {
  const values = checkOptions('destroy', parsed);
  return { ...commonSettings(values, env), ...pick(values, 'deleteData', 'yes') };
}

/** The settings of `csv2ddb status` and `csv2ddb redrive`. @throws LoaderError USAGE */
export function resolvePipelineCommand(
  command: CommandName,
  parsed: ParsedOptions,
  env: NodeJS.ProcessEnv,
): PipelineCommandSettings {
  return commonSettings(checkOptions(command, parsed), env);
}

/** What all commands about a pipeline have. */
export function commonSettings(values: OptionValues, env: NodeJS.ProcessEnv): PipelineCommandSettings {
  return {
    ...pick(values, 'name', 'bucket', 'printPolicy', 'json', 'quiet', 'verbose'),
    aws: pick(values, 'region', 'profile', 'endpointUrl'),
    color: wantsColor(values, env),
  };
}
