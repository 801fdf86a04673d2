import type { Edges } from './dependencies.ts';
import { LoaderError, type ErrorCode } from '../errors.ts';
import { Halt } from './cancellation.ts';
import { takeSource } from './read-source.ts';
import type { Settings } from './settings.ts';
import { chooseReader } from './read/choose-reader.ts';
import type { Summary } from './summary.ts';
import { hasEnough, type Run } from './run-state.ts';
import { openFileJob } from './settle/file-job.ts';
import type { Job } from './settle/resumable-job.ts';
import { summarize } from './summarize.ts';

/** These end a run at once; other ends of the input let the records before them arrive first. */
const endsAtOnce: ReadonlySet<ErrorCode> = new Set(['SOURCE_CHANGED', 'OUTPUT_UNWRITABLE', 'INTERNAL']);

/**
 * Loads the sources, one after the other, into the table:
 * source → read → map → order → batch → write → settle → report.
 * @returns how the run ended; it does not throw for what the input, the table or the machine does.
 */
export async function load(settings: Settings, edges: Edges): Promise<Summary> {
  const readers = await chooseReader(settings.read.dialect);
  if (settings.report.verbose) edges.say(`reader: ${readers.name}`);
  const run: Run = { settings, edges, halt: new Halt(edges.stop), readers, startedMs: performance.now(), taken: 0 };
  try {
    const { sources, say, openJob = openFileJob } = edges;
    const job = (run.job = await openJob(settings, sources, say));
    const first = job.from?.source ?? 0;
    for (const [index, source] of sources.entries()) {
      if (index >= first && run.halt.reason === undefined && !hasEnough(run)) await takeSource(run, job, source, index);
    }
    await run.line?.drain();
    if (run.halt.reason === undefined) run.line?.assertAccounted(run.taken);
  } catch (error) {
    if (error instanceof LoaderError && !endsAtOnce.has(error.code)) await letArrive(run);
    run.halt.because(error);
  }
  return end(run);
}

/** The records before the place where the input ended. A bug on their way is what the run ends with then. */
async function letArrive({ line, halt }: Run): Promise<void> {
  try {
    await line?.drain();
  } catch (error) {
    halt.because(error);
  }
}

/** Lets what is in flight come home, leaves a checkpoint or takes it away, and says what happened. */
async function end(run: Run): Promise<Summary> {
  const { job, line, halt } = run;
  try {
    await line?.stop();
    if (job !== undefined) await settleJob(run, job);
  } finally {
    await job?.release();
    halt.close();
  }
  const { reason } = halt;
  if (reason?.code === 'INTERNAL' && reason.cause instanceof Error) run.edges.say(reason.cause.stack ?? '');
  return summarize(run);
}

async function settleJob({ line, halt, edges }: Run, job: Job): Promise<void> {
  try {
    if (line !== undefined && (halt.reason !== undefined || line.rejects.isWaiting)) {
      await job.save(line.standing);
    }
    if (halt.reason === undefined) await job.finish(line?.standing);
  } catch (error) {
    // What could not be saved now stays as the last checkpoint has it.
    halt.because(error);
    if (error instanceof LoaderError && error !== halt.reason) edges.say(error.message);
  }
}
