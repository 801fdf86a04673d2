import { LoaderError, type ErrorCode } from '../errors.ts';
import { Cancellation } from './cancellation.ts';
import type { LoadDependencies } from './dependencies.ts';
import { chooseReader } from './read/choose-reader.ts';
import { readSource } from './read-source.ts';
import { wantsMore, type Run } from './run-state.ts';
import type { Settings } from './settings.ts';
import { openFileJob } from './settle/file-job.ts';
import type { Job } from './settle/resumable-job.ts';
import { summarize } from './summarize.ts';
import type { Summary } from './summary.ts';

/** After these errors nothing more is sent. After others, the records before the error are still written. */
const endsAtOnce: ReadonlySet<ErrorCode> = new Set(['SOURCE_CHANGED', 'OUTPUT_UNWRITABLE', 'INTERNAL']);

/**
 * Loads the sources, one after the other, into the table:
 * source → read → map (`readSource`) → order → batch → write → settle (`Sink`) → report (`summarize`).
 * @returns how the run ended; errors of the input, the table or the machine are in it, not thrown.
 */
export async function load(settings: Settings, dependencies: LoadDependencies): Promise<Summary> {
  const run = await startRun(settings, dependencies);
  const { cancellation } = run;
  const { sources, say, openJob = openFileJob } = dependencies;
  try {
    const job = (run.job = await openJob(settings, sources, say));
    for (let index = job.from?.source ?? 0; index < sources.length && wantsMore(run); index++) {
      await readSource(run, job, index);
    }
    await run.sink?.drain();
    if (cancellation.reason === undefined) run.sink?.assertAccounted(run.recordsRead);
  } catch (error) {
    if (error instanceof LoaderError && !endsAtOnce.has(error.code)) await drain(run);
    cancellation.cancel(error);
  }
  await settle(run);
  return summarize(run);
}

async function startRun(settings: Settings, dependencies: LoadDependencies): Promise<Run> {
  const readers = await chooseReader(settings.read.dialect);
  if (settings.report.verbose) dependencies.say(`reader: ${readers.name}`);
  const cancellation = new Cancellation(dependencies.stop);
  return { settings, dependencies, cancellation, readers, startedMs: performance.now(), recordsRead: 0 };
}

/** Writes the records before the error that ended the input. A bug on the way is the reason the run ends with. */
async function drain({ sink, cancellation }: Run): Promise<void> {
  try {
    await sink?.drain();
  } catch (error) {
    cancellation.cancel(error);
  }
}

/** Waits for the requests in flight, then leaves a checkpoint or removes it. */
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

async function settleJob({ sink, cancellation, dependencies }: Run, job: Job): Promise<void> {
  try {
    if (sink !== undefined && (cancellation.reason !== undefined || sink.rejects.isWaiting)) {
      await job.save(sink.standing);
    }
    if (cancellation.reason === undefined) await job.finish(sink?.standing);
  } catch (error) {
    // The last checkpoint stays: it is older, and still right.
    cancellation.cancel(error);
    if (error instanceof LoaderError && error !== cancellation.reason) dependencies.say(error.message);
  }
}
