import { exitStatus, LoaderError, type ExitStatus } from '../../errors.ts';
import { importFolder } from '../bucket/keys.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { PipelineDescription } from '../description.ts';
import { findPipeline, findAccountRegion, type PipelineSelector } from '../find.ts';
import { deriveNames, type AccountRegion } from '../names.ts';
import { writeOut } from '../../report/output.ts';
import type { Caller, Case } from './calls.ts';
import { buildPolicy } from './build-policy.ts';
import { formatPolicy } from './policy.ts';
import type { Scope } from './scope.ts';

/** The settings of a command that determine the resources in its policy. */
export interface PolicySettings {
  readonly aws: AwsSettings;
  /** Default: the pipeline's table. */
  readonly table?: string | undefined;
  /** Addresses such as `s3://BUCKET/KEY`. */
  readonly sources?: readonly string[];
  /** ARN of a topic. Default: the pipeline's topic. */
  readonly notify?: string | undefined;
  /** Undefined for commands that need no pipeline. */
  readonly pipeline?: PolicyPipeline | undefined;
}

interface PolicyPipeline extends Omit<PipelineSelector, 'aws'> {
  /** Default: the prefix of the existing pipeline. */
  readonly prefix?: string | undefined;
  readonly queueUrl?: string | undefined;
}

/** Matches every account and region. */
const anyPlace: AccountRegion = { account: '*', region: '*', partition: 'aws' };

/**
 * Prints the policy that a command needs to stdout. Reads the missing names from the account and the pipeline. A caller
 * without any permission still gets a policy, with wildcards and default names.
 * @throws LoaderError USAGE
 */
export async function printPolicy(
  caller: Caller,
  cases: readonly Case[],
  about: PolicySettings,
  io: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream },
): Promise<ExitStatus> {
  const { aws, pipeline } = about;
  const found = await findIfAllowed(() => findAccountRegion(aws), io.stderr, 'the account and region', '*');
  const place = found ?? anyPlace;
  const needsPipeline = pipeline !== undefined && pipeline.prefix === undefined && place !== anyPlace;
  const find = async () => (needsPipeline ? (await findPipeline(aws, pipeline)).description : undefined);
  const description = await findIfAllowed(find, io.stderr, "the pipeline's resources", 'their default names');
  await writeOut(io.stdout, formatPolicy(buildPolicy(caller, cases, resolveScope(about, place, description))));
  return exitStatus.done;
}

/** Returns undefined, after a warning, if the credentials or permissions are missing. */
async function findIfAllowed<T>(
  find: () => Promise<T>,
  stderr: NodeJS.WritableStream,
  what: string,
  instead: string,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof LoaderError) || error.code === 'USAGE') throw error;
    stderr.write(`cannot determine ${what} (${error.code}): the policy uses ${instead}\n`);
    return undefined;
  }
}

/** @param found description of the existing pipeline; undefined: it does not exist or cannot be read. */
export function resolveScope(
  about: PolicySettings,
  place: AccountRegion,
  found: PipelineDescription | undefined,
): Scope {
  const { table, sources = [], notify = found?.notify ?? undefined, pipeline } = about;
  const scope = { place, sources, topics: notify === undefined ? [] : [notify] };
  if (pipeline === undefined) return { ...scope, table, pipeline: undefined };
  const defaults = deriveNames(pipeline.name, place);
  const names = {
    ...defaults,
    queue: getQueueName(pipeline.queueUrl ?? found?.queueUrl) ?? defaults.queue,
    deadLetters: getQueueName(found?.deadLettersUrl) ?? defaults.deadLetters,
    function: found?.function ?? defaults.function,
  };
  return {
    ...scope,
    table: table ?? found?.table ?? '*',
    pipeline: {
      names,
      bucket: pipeline.bucket ?? names.bucket,
      prefix: pipeline.prefix ?? found?.prefix ?? importFolder,
    },
  };
}

function getQueueName(url: string | undefined): string | undefined {
  return url?.split('/').at(-1);
}
