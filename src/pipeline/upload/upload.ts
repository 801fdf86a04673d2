import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { toPrintable } from '../../text/cells.ts';
import type { FoundPipeline } from '../find.ts';
import { followJobs } from './follow.ts';
import { assignKeys } from './keys.ts';
import { putFile, putSettings, type PutResult } from './put-files.ts';
import type { RejectsDestination } from './rejects.ts';
import { formatResult, collectResult, type JobResult } from './result.ts';
import { openSession, type UploadSession, type UploadRun } from './session.ts';
import type { UploadTimeouts } from './timeouts.ts';

/** The sources and settings of an upload. */
export interface UploadRequest extends Omit<UploadRun, 'session'> {
  readonly sources: readonly Source[];
  /** Settings of the files themselves, as JSON; undefined: none. */
  readonly fileSettings: string | undefined;
  /** Undefined: the jobs are not followed. */
  readonly rejects: RejectsDestination | undefined;
  /** Replaces the timeouts that follow from the queue. */
  readonly times?: UploadTimeouts | undefined;
}

/** How an upload ended. */
export type UploadOutcome = PutOutcome | FollowedOutcome | UnfollowedOutcome;

interface OutcomeBase {
  readonly found: FoundPipeline;
  /** Files that were put, or that the bucket already had, in the given order. */
  readonly puts: readonly PutResult[];
}

/** The jobs were not followed. */
export interface PutOutcome extends OutcomeBase {
  readonly kind: 'put';
  /** Why the other files were not put; undefined: all files were put. */
  readonly error: LoaderError | undefined;
}

/** All jobs were followed to their end. */
export interface FollowedOutcome extends OutcomeBase {
  readonly kind: 'followed';
  readonly results: readonly JobResult[];
  /** Default settings that the files were loaded with; undefined: they have their own. */
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
}

/** Some jobs continue without being followed. */
export interface UnfollowedOutcome extends OutcomeBase {
  readonly kind: 'not followed';
  readonly error: LoaderError;
  /** Files whose jobs had not ended. */
  readonly unfinished: readonly PutResult[];
}

/**
 * Puts files into the bucket of a pipeline. With a destination for rejects it also follows their jobs until they end. Closes the
 * sources.
 * @throws LoaderError PIPELINE_NOT_FOUND, …: the error that prevents the first put
 */
export async function uploadSources(request: UploadRequest): Promise<UploadOutcome> {
  const { sources, fileSettings, rejects, times } = request;
  let session: UploadSession | undefined;
  try {
    request.report.phase('finding the pipeline');
    session = await openSession(request.settings, times);
    const run = { ...request, session };
    const end = await putAll(run, sources, fileSettings);
    if (rejects === undefined || end.error !== undefined) return end;
    return await followAll(run, end.puts, rejects, fileSettings);
  } finally {
    session?.close();
    for (const source of sources) await source.close();
  }
}

/** Puts one file after the other. @throws LoaderError if nothing was put */
async function putAll(run: UploadRun, sources: readonly Source[], brought: string | undefined): Promise<PutOutcome> {
  const { session, settings, report } = run;
  const { found } = session;
  const puts: PutResult[] = [];
  try {
    const keyed = assignKeys(sources, settings.key, found.description);
    const settingsHash = await putSettings(session, brought);
    for (const [index, source] of keyed.entries()) {
      const put = await putFile(run, source, index, settingsHash);
      puts.push(put);
      if (put.state === 'unchanged') {
        const [file, key] = [toPrintable(put.file), toPrintable(put.key)];
        report.say(`${file} is unchanged since it was loaded as ${key} (job ${put.job}); nothing was uploaded`);
      }
    }
    return { kind: 'put', found, puts, error: undefined };
  } catch (error) {
    if (error instanceof LoaderError && puts.length > 0) return { kind: 'put', found, puts, error };
    throw error;
  }
}

/** Follows the jobs of the files that were put, and downloads their rejects. */
async function followAll(
  run: UploadRun,
  puts: readonly PutResult[],
  rejects: RejectsDestination,
  brought: string | undefined,
): Promise<FollowedOutcome | UnfollowedOutcome> {
  const { session, report } = run;
  const { found } = session;
  const followed = puts.filter(({ state }) => state === 'put');
  const results = new Map<string, JobResult>();
  let defaults: FollowedOutcome['defaults'];
  try {
    if (followed.length > 0) {
      await followJobs(run, followed, async (uploaded, end) => {
        const result = await collectResult(session, uploaded, end, rejects);
        results.set(uploaded.job, result);
        if ('job' in end && brought === undefined) defaults = end.job.settings?.options;
        if (followed.length > 1) for (const line of formatResult(uploaded, result)) report.say(line);
      });
    }
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    const unfinished = followed.filter(({ job }) => !results.has(job));
    return { kind: 'not followed', found, puts, error, unfinished: unfinished };
  }
  const inOrder = followed.flatMap(({ job }) => results.get(job) ?? []);
  return { kind: 'followed', found, puts, results: inOrder, defaults };
}
