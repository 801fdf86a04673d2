import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { printable } from '../../text/cells.ts';
import type { FoundPipeline } from '../find.ts';
import { follow } from './follow.ts';
import { destine } from './keys.ts';
import { putFile, putSettings, type PutFile } from './put-files.ts';
import type { RejectsPlace } from './rejects.ts';
import { resultLines, resultOf, type Result } from './result.ts';
import { openSession, type Session, type UploadRun } from './session.ts';
import type { Times } from './timeouts.ts';

/** What an upload is made from. */
export interface UploadParts extends Omit<UploadRun, 'session'> {
  readonly inputs: readonly Source[];
  /** The settings that the files bring, as JSON; undefined: none. */
  readonly brought: string | undefined;
  /** Where rejected records go; undefined: the jobs are not followed. */
  readonly rejects: RejectsPlace | undefined;
  /** In place of what the queue says. */
  readonly times?: Times | undefined;
}

/** How an upload ended. */
export type UploadEnd = PutEnd | FollowedEnd | NotFollowed;

interface About {
  readonly found: FoundPipeline;
  /** Files that were put, or that the bucket had already, in their order. */
  readonly puts: readonly PutFile[];
}

export interface PutEnd extends About {
  readonly kind: 'put';
  /** Why the other files were not put; undefined: there are none. */
  readonly error: LoaderError | undefined;
}

export interface FollowedEnd extends About {
  readonly kind: 'followed';
  readonly results: readonly Result[];
  /** Default settings of the pipeline that the files were loaded with; undefined: they brought their own. */
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
}

/** The jobs of some files continue without being followed. */
export interface NotFollowed extends About {
  readonly kind: 'not followed';
  readonly error: LoaderError;
  /** Files whose jobs had not ended. */
  readonly left: readonly PutFile[];
}

/**
 * Puts files into the bucket of a pipeline and, with a place for rejects, follows their jobs until they end. It closes the
 * inputs.
 * @throws LoaderError PIPELINE_NOT_FOUND, …; what keeps the first file from being put
 */
export async function uploadInputs({ inputs, brought, rejects, times, ...parts }: UploadParts): Promise<UploadEnd> {
  let session: Session | undefined;
  try {
    parts.report.phase('looking for the pipeline');
    session = await openSession(parts.settings, times);
    const run = { ...parts, session };
    const end = await putAll(run, inputs, brought);
    if (rejects === undefined || end.error !== undefined) return end;
    return await followAll(run, end.puts, rejects, brought);
  } finally {
    session?.close();
    for (const source of inputs) await source.close();
  }
}

/** One after the other. @throws LoaderError if nothing was put */
async function putAll(run: UploadRun, inputs: readonly Source[], brought: string | undefined): Promise<PutEnd> {
  const { session, settings, report } = run;
  const puts: PutFile[] = [];
  try {
    const destined = destine(inputs, settings.key, session.found.description);
    const sha256 = await putSettings(session, brought);
    for (const [at, one] of destined.entries()) {
      const put = await putFile(run, one, at, sha256);
      puts.push(put);
      if (put.state === 'unchanged') {
        report.say(
          `${printable(put.file)} is what was loaded last as ${printable(put.key)} (job ${put.job}): nothing is done`,
        );
      }
    }
    return { kind: 'put', found: session.found, puts, error: undefined };
  } catch (error) {
    if (error instanceof LoaderError && puts.length > 0) return { kind: 'put', found: session.found, puts, error };
    throw error;
  }
}

/** Follows what was put, and fetches what was rejected. */
async function followAll(
  run: UploadRun,
  puts: readonly PutFile[],
  rejects: RejectsPlace,
  brought: string | undefined,
): Promise<FollowedEnd | NotFollowed> {
  const { session, report } = run;
  const { found } = session;
  const toFollow = puts.filter(({ state }) => state === 'put');
  const results = new Map<string, Result>();
  let defaults: FollowedEnd['defaults'];
  try {
    if (toFollow.length > 0) {
      await follow(run, toFollow, async (uploaded, end) => {
        const result = await resultOf(session, uploaded, end, rejects);
        results.set(uploaded.job, result);
        if ('job' in end && brought === undefined) defaults = end.job.settings?.options;
        if (toFollow.length > 1) for (const line of resultLines(uploaded, result)) report.say(line);
      });
    }
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    const left = toFollow.filter(({ job }) => !results.has(job));
    return { kind: 'not followed', found, puts, error, left };
  }
  const inOrder = toFollow.flatMap(({ job }) => results.get(job) ?? []);
  return { kind: 'followed', found, puts, results: inOrder, defaults };
}
