import { exitStatus, LoaderError, type ExitStatus } from '../../errors.ts';
import { importFolder } from '../bucket/keys.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { Description } from '../description.ts';
import { findPipeline, findPlace, type Which } from '../find.ts';
import { namesOf, type Place } from '../names.ts';
import { writeOut } from '../../report/output.ts';
import type { Caller, Case } from './calls.ts';
import { neededBy } from './needed.ts';
import { policyText } from './policy.ts';
import type { Scope } from './scope.ts';

/** What a command is about, as far as its settings tell. */
export interface PolicyAbout {
  readonly aws: AwsSettings;
  /** Undefined: that of the pipeline. */
  readonly table?: string | undefined;
  /** `s3://BUCKET/KEY`, each. */
  readonly sources?: readonly string[];
  /** ARN of a topic; undefined: that of the pipeline. */
  readonly notify?: string | undefined;
  /** Undefined for what needs none. */
  readonly pipeline?: PipelineAbout | undefined;
}

interface PipelineAbout extends Omit<Which, 'aws'> {
  /** Undefined: that of the pipeline that is there. */
  readonly prefix?: string | undefined;
  readonly queueUrl?: string | undefined;
}

/** Where nobody knows whose account it is. */
const anywhere: Place = { account: '*', region: '*', partition: 'aws' };

/**
 * For `--print-policy`: the policy that a command needs, on stdout. What the settings leave open is that of the account, the
 * region and the pipeline, where they can be found: whoever has no permission yet gets a policy, too.
 * @throws LoaderError USAGE
 */
export async function printPolicy(
  caller: Caller,
  cases: readonly Case[],
  about: PolicyAbout,
  io: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream },
): Promise<ExitStatus> {
  const { aws, pipeline } = about;
  const say = (text: string): void => void io.stderr.write(`${text}\n`);
  const place = (await unlessUnknown(() => findPlace(aws), say, placeUnknown)) ?? anywhere;
  const isToFind = pipeline !== undefined && pipeline.prefix === undefined && place !== anywhere;
  const found = isToFind ? await unlessUnknown(() => findPipeline(aws, pipeline), say, pipelineUnknown) : undefined;
  await writeOut(io.stdout, policyText(neededBy(caller, cases, scopeOf(about, place, found?.description))));
  return exitStatus.done;
}

const placeUnknown = (why: string): string => `account and region are not known (${why}): * stands for them`;
const pipelineUnknown = (why: string): string =>
  `what the pipeline has is not known (${why}): its usual names stand for it`;

/** What is only found with credentials, and permissions; undefined where there are none. */
async function unlessUnknown<T>(
  find: () => Promise<T>,
  say: (text: string) => void,
  message: (why: string) => string,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof LoaderError) || error.code === 'USAGE') throw error;
    say(message(error.code));
    return undefined;
  }
}

/** All that a policy is about. @param found the pipeline, where it is there and can be read */
export function scopeOf(about: PolicyAbout, place: Place, found: Description | undefined): Scope {
  const { table, sources = [], notify = found?.notify ?? undefined, pipeline } = about;
  const scope = { place, sources, topics: notify === undefined ? [] : [notify] };
  if (pipeline === undefined) return { ...scope, table, pipeline: undefined };
  const usual = namesOf(pipeline.name, place);
  const names = {
    ...usual,
    queue: queueName(pipeline.queueUrl ?? found?.queueUrl) ?? usual.queue,
    deadLetters: queueName(found?.deadLettersUrl) ?? usual.deadLetters,
    function: found?.function ?? usual.function,
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

function queueName(url: string | undefined): string | undefined {
  return url?.split('/').at(-1);
}
