import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { createNotification } from '../report/notify/notification.ts';
import type { Publish } from '../report/notify/sns.ts';
import type { ReportSettings } from '../load/settings.ts';
import { formatClosingLines, type ClosingCommands } from '../report/closing-lines.ts';
import { writeLines, writeOut } from '../report/output.ts';
import { formatProblem } from '../report/problem.ts';
import type { Summary } from '../load/summary.ts';
import { formatSummaryJson, writeSummary } from '../report/summary-file.ts';
import type { Io } from './io.ts';

/** The destinations of a summary. */
export interface SummaryOutput {
  readonly report: Pick<ReportSettings, 'color' | 'json' | 'quiet' | 'summary'>;
  readonly commands: ClosingCommands;
  /** Publishes to the topic of `--notify`; undefined without a topic. */
  readonly publish?: Publish | undefined;
}

/**
 * Prints the summary for people or programs, writes it to the file of `--summary`, and publishes it to the topic of
 * `--notify`.
 * @returns the exit status of the summary, or 3 if the load succeeded but the file or the topic failed
 */
export async function printSummary(
  summary: Summary,
  { report, commands, publish }: SummaryOutput,
  io: Pick<Io, 'stdout' | 'stderr'>,
): Promise<ExitStatus> {
  const color = report.color && io.stderr.isTTY === true;
  let last = summary;
  /** Runs an output step. Its failure changes the exit status of a successful load. */
  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof LoaderError)) throw error;
      await writeLines(io.stderr, formatProblem(error, color));
      const succeeded = last.exitStatus === exitStatus.done || last.exitStatus === exitStatus.rejects;
      if (succeeded) last = { ...last, exitStatus: exitStatus.fatal };
    }
  }

  const ending = formatClosingLines(summary, commands);
  await writeLines(io.stderr, formatErrorLines(summary, color));
  const { summary: file } = report;
  if (file !== undefined) await attempt(() => writeSummary(file, last));
  if (!report.quiet) await writeLines(report.json ? io.stderr : io.stdout, ending);
  if (publish !== undefined) {
    const published = last;
    await attempt(() => publish(createNotification(published, [...formatErrorLines(summary, false), ...ending])));
    // The file must contain the final exit status.
    if (file !== undefined && last !== published) await attempt(() => writeSummary(file, last));
  }
  if (report.json) await writeOut(io.stdout, formatSummaryJson(last));
  return last.exitStatus;
}

/** Returns no lines for an interruption: the closing lines mention it. */
function formatErrorLines({ error }: Summary, color: boolean): string[] {
  if (error === null || error.code === 'INTERRUPTED') return [];
  const hint = error.code === 'INTERNAL' ? 'This is a bug in csv2ddb. Please report it.' : error.hint;
  return formatProblem({ ...error, hint }, color);
}
