import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { notification } from '../report/notify/notification.ts';
import type { Publish } from '../report/notify/sns.ts';
import type { ReportSettings } from '../load/settings.ts';
import { endingLines, type Commands } from '../report/closing-lines.ts';
import { writeLines, writeOut } from '../report/output.ts';
import { problemLines } from '../report/problem.ts';
import type { Summary } from '../load/summary.ts';
import { summaryJson, writeSummary } from '../report/summary-file.ts';
import type { Io } from './io.ts';

/** How a summary is delivered. */
export interface Delivery {
  readonly report: Pick<ReportSettings, 'color' | 'json' | 'quiet' | 'summary'>;
  readonly commands: Commands;
  /** Publishes to the topic of `--notify`; undefined without one. */
  readonly publish?: Publish | undefined;
}

/**
 * Gives the summary to whoever is to have it: people, a file, a topic, a program.
 * @returns the exit status: the summary's own, or 3 where all went well but the file of `--summary` cannot be written,
 * or the topic of `--notify` not be reached.
 */
export async function deliver(
  summary: Summary,
  { report, commands, publish }: Delivery,
  io: Pick<Io, 'stdout' | 'stderr'>,
): Promise<ExitStatus> {
  const color = report.color && io.stderr.isTTY === true;
  let last = summary;
  /** Does what does not change what is in the table, but is a failure all the same where all went well. */
  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof LoaderError)) throw error;
      await writeLines(io.stderr, problemLines(error, color));
      const wasWell = last.exitStatus === exitStatus.done || last.exitStatus === exitStatus.rejects;
      if (wasWell) last = { ...last, exitStatus: exitStatus.fatal };
    }
  }

  const ending = endingLines(summary, commands);
  await writeLines(io.stderr, errorLines(summary, color));
  const { summary: file } = report;
  if (file !== undefined) await attempt(() => writeSummary(file, last));
  if (!report.quiet) await writeLines(report.json ? io.stderr : io.stdout, ending);
  if (publish !== undefined) {
    const told = last;
    await attempt(() => publish(notification(told, [...errorLines(summary, false), ...ending])));
    // The file says the status that the process ends with.
    if (file !== undefined && last !== told) await attempt(() => writeSummary(file, last));
  }
  if (report.json) await writeOut(io.stdout, summaryJson(last));
  return last.exitStatus;
}

/** That it was interrupted is no news to who did it, and the ending says so. */
function errorLines({ error }: Summary, color: boolean): string[] {
  if (error === null || error.code === 'INTERRUPTED') return [];
  const hint = error.code === 'INTERNAL' ? 'this is a bug in csv2ddb: please report it' : error.hint;
  return problemLines({ ...error, hint }, color);
}
