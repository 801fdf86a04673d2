import { exitStatus } from '../../errors.ts';
import { jobKey, summaryKey } from '../../pipeline/bucket/keys.ts';
import { openPipeline, type LoaderPipeline } from '../../pipeline/jobs/open-loader.ts';
import { formatLogLine, formatMetricsLine, type MessageReport } from '../../pipeline/jobs/log.ts';
import type { JobSummary } from '../../pipeline/state/job-end.ts';
import type { JobState } from '../../pipeline/state/job.ts';
import { resolveWorker, type WorkerSettings, type PartialWorkerSettings } from '../../options/resolve-worker.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import { findPipeline } from '../../pipeline/find.ts';
import { pluralize } from '../../text/format.ts';
import { writeLines } from '../../report/output.ts';
import { renewEveryMs } from '../../pipeline/worker/process-message.ts';
import { Tally } from '../../pipeline/worker/tally.ts';
import { formatFinishedJobs, formatJobSummary, formatMessageProblems } from '../../pipeline/worker/output-lines.ts';
import { completeSettings } from '../../pipeline/worker/complete-settings.ts';
import { work } from '../../pipeline/worker/work.ts';
import { defineCommand, type RunContext, type RunOutcome } from '../run-command.ts';

/**
 * `csv2ddb worker`: loads the objects of a pipeline's bucket until it is stopped or the queue is empty.
 * @returns the worst status of its jobs; 4 if it was stopped and returned unfinished tasks to the queue
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, and errors of the queue or the bucket
 */
export const worker = defineCommand({
  name: 'worker',
  resolve: (parsed, { env }) => resolveWorker(parsed, env),
  policy: (wishes) => ({ cases: casesOf(wishes), about: { ...wishes, pipeline: wishes } }),
  run: workForPipeline,
});

async function workForPipeline(
  wishes: PartialWorkerSettings,
  { io, report, listenForStop }: RunContext,
): Promise<RunOutcome> {
  const { say } = report;
  const settings = await completeSettings(wishes, () => findPipeline(wishes.aws, wishes));
  const tally = new Tally();
  const pipeline = openPipeline(settings, { saveEveryMs: renewEveryMs, env: io.env, say });
  const stop = listenForStop('stopping: returning unfinished tasks to the queue (press Ctrl-C again to exit now)');
  const onMessage = (message: MessageReport): void => {
    const lines = linesOf(message, tally.add(message), settings);
    void writeLines(io.stdout, lines.out);
    void writeLines(io.stderr, lines.err);
  };
  try {
    const { tasks, untilEmpty } = settings;
    say(`loading from bucket ${settings.bucket} into table ${settings.table}${untilEmpty ? '' : ' until stopped'}`);
    const leftOver = await work(pipeline, { tasks, untilEmpty, stop, tell: onMessage, say });
    if (untilEmpty) await addJobsEndedElsewhere(tally, pipeline);
    if (leftOver.length > 0) {
      tally.worsen(exitStatus.fatal);
      const jobs = leftOver.join(', ');
      io.stderr.write(
        `${pluralize(leftOver.length, 'job')} did not finish, and the queue has no message for them: ${jobs}\n`,
      );
    }
    say(formatFinishedJobs(tally));
    const status = tally.status(stop.aborted);
    const { jobs, messages, failures } = tally;
    return { exitStatus: status, json: { ...jobs, messages, failures, leftOver, exitStatus: status } };
  } finally {
    pipeline.close();
  }
}

function casesOf({ table, bucket, queueUrl }: PartialWorkerSettings): readonly Case[] {
  const isNamed = table !== undefined && bucket !== undefined && queueUrl !== undefined;
  return isNamed ? ['notify'] : ['notify', 'no pipeline named'];
}

/** Returns the output for a message: JSON for programs, or summaries and problems for people. */
function linesOf(
  message: MessageReport,
  summaries: readonly JobSummary[],
  { json, quiet, table }: WorkerSettings,
): { readonly out: readonly string[]; readonly err: readonly string[] } {
  if (json) {
    const nowMs = Date.now();
    const metrics = formatMetricsLine(message, table, nowMs);
    return { out: [formatLogLine(message, nowMs), ...(metrics === undefined ? [] : [metrics])], err: [] };
  }
  return { out: quiet ? [] : summaries.flatMap(formatJobSummary), err: formatMessageProblems(message) };
}

/** Adds the jobs that this worker loaded in part and another one finished. */
async function addJobsEndedElsewhere(tally: Tally, { store }: LoaderPipeline): Promise<void> {
  for (const job of tally.unended) {
    const stored = await store.read<JobState>(jobKey(job));
    const summary = stored && (await store.read<JobSummary>(summaryKey(job, stored.state.run)));
    if (summary !== undefined) tally.addJob(summary.state);
  }
}
