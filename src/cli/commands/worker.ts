import { exitStatus, type ExitStatus } from '../../errors.ts';
import { jobName, summaryName } from '../../pipeline/bucket/keys.ts';
import { openPipeline, type Pipeline } from '../../pipeline/jobs/open-loader.ts';
import { logLine, metricsLine, type Message } from '../../pipeline/jobs/log.ts';
import type { JobSummary } from '../../pipeline/state/job-end.ts';
import type { JobState } from '../../pipeline/state/job.ts';
import { readConfig } from '../../options/config/config.ts';
import type { Given } from '../../options/raw-options.ts';
import { describeOptions, parseOptions } from '../../options/parse.ts';
import { resolveWorker, type WorkerSettings, type WorkerWishes } from '../../options/resolve-worker.ts';
import { optionsOf } from '../../options/table.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import { printPolicy } from '../../pipeline/permissions/print.ts';
import { findPipeline } from '../../pipeline/find.ts';
import { plural } from '../../text/format.ts';
import { writeOut } from '../../report/output.ts';
import { beatMs } from '../../pipeline/worker/process-message.ts';
import { Tally } from '../../pipeline/worker/tally.ts';
import { endingLine, summaryLines, troubleLines } from '../../pipeline/worker/output-lines.ts';
import { wholeSettings } from '../../pipeline/worker/complete-settings.ts';
import { work } from '../../pipeline/worker/work.ts';
import type { Io } from '../io.ts';
import { listenForStop } from '../stop-signals.ts';

/**
 * `csv2ddb worker`: loads what is put into a pipeline's bucket, until it is told to stop or nothing is left.
 * @returns the worst status of its jobs; 4 where it was told to stop and handed over what it had in hand.
 * @throws LoaderError USAGE, PIPELINE_NOT_FOUND, and where the queue or the bucket cannot be used
 */
export async function worker(flags: Given, io: Io): Promise<ExitStatus> {
  const { given, problems } = await readConfig([], flags);
  const wishes = resolveWorker(given, io.env, problems);
  if (wishes.printPolicy) return printPolicy('worker', casesOf(wishes), { ...wishes, pipeline: wishes }, io);
  const { json, quiet } = wishes;
  const say = (text: string): void => {
    if (!quiet) io.stderr.write(`${text}\n`);
  };
  if (given.get('verbose')?.text === 'true') tellSettings(given, say);
  const settings = await wholeSettings(wishes, () => findPipeline(wishes.aws, wishes));
  const tally = new Tally();
  const pipeline = openPipeline(settings, { saveEveryMs: beatMs, env: io.env, say });
  const stop = listenForStop(
    () => {
      say('stopping: handing over what is in hand; once more to leave at once');
    },
    () => {
      io.exit(exitStatus.interrupted);
    },
  );
  const tell = (message: Message): void => {
    const lines = linesOf(message, tally.add(message), settings);
    if (lines.out.length > 0) io.stdout.write(lines.out.map((line) => `${line}\n`).join(''));
    if (lines.err.length > 0) io.stderr.write(lines.err.map((line) => `${line}\n`).join(''));
  };
  try {
    const { tasks, untilEmpty } = settings;
    say(`working for ${settings.bucket} into table ${settings.table}${untilEmpty ? '' : ', until it is told to stop'}`);
    const leftOver = await work(pipeline, { tasks, untilEmpty, stop: stop.signal, tell, say });
    if (untilEmpty) await addEndedElsewhere(tally, pipeline);
    if (leftOver.length > 0) {
      tally.worsen(exitStatus.fatal);
      io.stderr.write(
        `${plural(leftOver.length, 'job')} did not end, and no message is left: ${leftOver.join(', ')}\n`,
      );
    }
    say(endingLine(tally));
    const status = tally.status(stop.signal.aborted);
    const { jobs, messages, failures } = tally;
    if (json)
      await writeOut(io.stdout, `${JSON.stringify({ ...jobs, messages, failures, leftOver, exitStatus: status })}\n`);
    return status;
  } finally {
    stop.close();
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

function tellSettings(given: Given, say: (text: string) => void): void {
  const keys = optionsOf('worker').map(([key]) => key);
  for (const line of describeOptions(parseOptions(given), keys)) say(line);
}
