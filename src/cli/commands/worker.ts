import { exitStatus } from '../../errors.ts';
import { jobName, summaryName } from '../../pipeline/bucket/keys.ts';
import { openPipeline, type Pipeline } from '../../pipeline/jobs/open-loader.ts';
import { logLine, metricsLine, type Message } from '../../pipeline/jobs/log.ts';
import type { JobSummary } from '../../pipeline/state/job-end.ts';
import type { JobState } from '../../pipeline/state/job.ts';
import { resolveWorker, type WorkerSettings, type WorkerWishes } from '../../options/resolve-worker.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import { findPipeline } from '../../pipeline/find.ts';
import { plural } from '../../text/format.ts';
import { writeLines } from '../../report/output.ts';
import { beatMs } from '../../pipeline/worker/process-message.ts';
import { Tally } from '../../pipeline/worker/tally.ts';
import { endingLine, summaryLines, troubleLines } from '../../pipeline/worker/output-lines.ts';
import { wholeSettings } from '../../pipeline/worker/complete-settings.ts';
import { work } from '../../pipeline/worker/work.ts';
import { defineCommand, type Context, type Outcome } from '../run-command.ts';

/**
 * `csv2ddb worker`: loads what is put into a pipeline's bucket, until it is told to stop or nothing is left.
 * @returns the worst status of its jobs; 4 where it was told to stop and handed over what it had in hand.
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, and where the queue or the bucket cannot be used
 */
export const worker = defineCommand({
  name: 'worker',
  resolve: (parsed, { env }) => resolveWorker(parsed, env),
  policy: (wishes) => ({ cases: casesOf(wishes), about: { ...wishes, pipeline: wishes } }),
  run: workForPipeline,
});

async function workForPipeline(wishes: WorkerWishes, { io, report, listenForStop }: Context): Promise<Outcome> {
  const { say } = report;
  const settings = await wholeSettings(wishes, () => findPipeline(wishes.aws, wishes));
  const tally = new Tally();
  const pipeline = openPipeline(settings, { saveEveryMs: beatMs, env: io.env, say });
  const stop = listenForStop('stopping: handing over what is in hand; once more to leave at once');
  const tell = (message: Message): void => {
    const lines = linesOf(message, tally.add(message), settings);
    void writeLines(io.stdout, lines.out);
    void writeLines(io.stderr, lines.err);
  };
  try {
    const { tasks, untilEmpty } = settings;
    say(`working for ${settings.bucket} into table ${settings.table}${untilEmpty ? '' : ', until it is told to stop'}`);
    const leftOver = await work(pipeline, { tasks, untilEmpty, stop, tell, say });
    if (untilEmpty) await addEndedElsewhere(tally, pipeline);
    if (leftOver.length > 0) {
      tally.worsen(exitStatus.fatal);
      const jobs = leftOver.join(', ');
      io.stderr.write(`${plural(leftOver.length, 'job')} did not end, and no message is left: ${jobs}\n`);
    }
    say(endingLine(tally));
    const status = tally.status(stop.aborted);
    const { jobs, messages, failures } = tally;
    return { exitStatus: status, json: { ...jobs, messages, failures, leftOver, exitStatus: status } };
  } finally {
    pipeline.close();
  }
}

function casesOf({ table, bucket, queueUrl }: WorkerWishes): readonly Case[] {
  const isNamed = table !== undefined && bucket !== undefined && queueUrl !== undefined;
  return isNamed ? ['notify'] : ['notify', 'no pipeline named'];
}

/** With `--json` each line is for programs; else they are for people, and only what went wrong is told of messages. */
function linesOf(
  message: Message,
  summaries: readonly JobSummary[],
  { json, quiet, table }: WorkerSettings,
): { readonly out: readonly string[]; readonly err: readonly string[] } {
  if (json) {
    const nowMs = Date.now();
    const metrics = metricsLine(message, table, nowMs);
    return { out: [logLine(message, nowMs), ...(metrics === undefined ? [] : [metrics])], err: [] };
  }
  return { out: quiet ? [] : summaries.flatMap(summaryLines), err: troubleLines(message) };
}

/** Jobs that were loaded here in part, and came to their end elsewhere, count too. */
async function addEndedElsewhere(tally: Tally, { store }: Pipeline): Promise<void> {
  for (const job of tally.unended) {
    const held = await store.read<JobState>(jobName(job));
    const ended = held && (await store.read<JobSummary>(summaryName(job, held.state.run)));
    if (ended !== undefined) tally.addJob(ended.state);
  }
}
