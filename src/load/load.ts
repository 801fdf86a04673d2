import { LoaderError, type ErrorCode } from '../errors.ts';
import { Cancellation } from './cancellation.ts';
import type { LoadDependencies } from './dependencies.ts';
import { createAllEmptyError } from './map/header.ts';
import { chooseReader } from './read/choose-reader.ts';
import { readSource } from './read-source.ts';
import { needsMoreRecords, type Run } from './run-state.ts';
import type { Settings } from './settings.ts';
import { openFileJob } from './settle/file-job.ts';
import type { ResumableJob } from './settle/resumable-job.ts';
import { summarize } from './summarize.ts';
import type { Summary } from './summary.ts';
import { waitForEarlierRequests } from './wait-for-requests.ts';

/** Errors after which nothing more is sent. After other errors, the records before the error are still written. */
const abortingErrors: ReadonlySet<ErrorCode> = new Set(['SOURCE_CHANGED', 'OUTPUT_UNWRITABLE', 'INTERNAL']);

/**
 * Loads the sources into the table, one after the other:
 * source → read → map (`readSource`) → order → batch → write → settle (`Sink`) → report (`summarize`).
 * @returns the summary, which includes any error of the input, the table or the machine; those are not thrown
 */
export async function load(settings: Settings, dependencies: LoadDependencies): Promise<Summary> {
  const run = await startRun(settings, dependencies);
  const { cancellation } = run;
  const { sources, say, openJob = openFileJob } = dependencies;
  try {
    const job = (run.job = await openJob(settings, sources, say));
    await waitForEarlierRequests(run, job);
    for (let index = job.from?.source ?? 0; index < sources.length && needsMoreRecords(run); index++) {
      await readSource(run, job, index);
    }
    if (run.emptySources === sources.length && sources.length > 1) throw createAllEmptyError(sources);
    await run.sink?.drain();
    if (cancellation.reason === undefined) run.sink?.assertAccounted(run.recordsRead);
  } catch (error) {
    if (error instanceof LoaderError && !abortingErrors.has(error.code)) await drain(run);
    cancellation.cancel(error);
  }
  await settle(run);
  return summarize(run);
}

async function startRun(settings: Settings, dependencies: LoadDependencies): Promise<Run> {
  const readers = await chooseReader(settings.read.dialect);
  if (settings.report.verbose) dependencies.say(`reader: ${readers.name}`);
  const cancellation = new Cancellation(dependencies.stop);
  return {
    settings,
    dependencies,
    cancellation,
    readers,
    startedMs: performance.now(),
    emptySources: 0,
    recordsRead: 0,
  };
}

/** Writes the records before the error that ended the input. An error in doing so becomes the reason for the end. */
async function drain({ sink, cancellation }: Run): Promise<void> {
  try {
    await sink?.drain();
  } catch (error) {
    cancellation.cancel(error);
  }
}

/** Waits for the requests in flight, then saves the checkpoint or removes it. */
async function settle(run: Run): Promise<void> {
  const { job, sink, cancellation, dependencies } = run;
  try {
    await sink?.stop();
    if (job !== undefined) await settleJob(run, job);
  } finally {
    await job?.release();
    cancellation.close();
  }
  const { reason } = cancellation;
  if (reason?.code === 'INTERNAL' && reason.cause instanceof Error) dependencies.say(reason.cause.stack ?? '');
}

async function settleJob({ sink, cancellation, dependencies }: Run, job: ResumableJob): Promise<void> {
  try {
    if (sink !== undefined && (cancellation.reason !== undefined || sink.rejects.isWaiting)) {
      await job.save(sink.state);
    }
    if (cancellation.reason === undefined) await job.finish(sink?.state);
  } catch (error) {
    // The previous checkpoint stays. It is older but still correct.
    cancellation.cancel(error);
    if (error instanceof LoaderError && error !== cancellation.reason) dependencies.say(error.message);
  }
}
