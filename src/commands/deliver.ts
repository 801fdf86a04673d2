import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import type { Settings } from '../options/settings.ts';
import { endingLines, type Commands } from '../report/ending.ts';
import { writeOut } from '../report/output.ts';
import { problemLines } from '../report/problem.ts';
import type { Summary } from '../report/summary.ts';
import { summaryJson, writeSummary } from '../report/summary-file.ts';
import type { Io } from './io.ts';

/**
 * Gives the summary to whoever is to have it: people, a file, a program.
 * @returns the exit status: the summary's own, or 3 where all went well but `--summary` cannot be written.
 */
export async function deliver(
  summary: Summary,
  { report }: Settings,
  commands: Commands,
  io: Pick<Io, 'stdout' | 'stderr'>,
): Promise<ExitStatus> {
  const color = report.color && io.stderr.isTTY === true;
  const words = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  // That it was interrupted is no news to who did it, and the ending says so.
  if (summary.error !== null && summary.error.code !== 'INTERRUPTED') {
    const isBug = summary.error.code === 'INTERNAL';
    const hint = isBug ? 'this is a bug in csv2ddb: please report it' : summary.error.hint;
    await writeOut(io.stderr, words(problemLines({ ...summary.error, hint }, color)));
  }
  let last = summary;
  if (report.summary !== undefined) {
    try {
      await writeSummary(report.summary, summary);
    } catch (error) {
      if (!(error instanceof LoaderError)) throw error;
      await writeOut(io.stderr, words(problemLines(error, color)));
      const wasWell = summary.exitStatus === exitStatus.done || summary.exitStatus === exitStatus.rejects;
      if (wasWell) last = { ...summary, exitStatus: error.exitStatus };
    }
  }
  if (!report.quiet) await writeOut(report.json ? io.stderr : io.stdout, words(endingLines(summary, commands)));
  if (report.json) await writeOut(io.stdout, summaryJson(last));
  return last.exitStatus;
}
