import { exitStatus, LoaderError } from '../../errors.ts';
import { failedSummary } from '../../load/failed-summary.ts';
import { toldError } from '../../load/summary-error.ts';
import { rejectFilesOf, type Summary } from '../../load/summary.ts';
import { problemLines } from '../../report/problem.ts';
import { printable } from '../../text/cells.ts';
import { settingsOf } from '../jobs/settings/load-options.ts';
import type { JobSummary } from '../state/job-end.ts';
import { summaryLines } from '../worker/output-lines.ts';
import type { End, Uploaded } from './follow.ts';
import { fetchRejects, type RejectsPlace } from './rejects.ts';
import type { Session } from './session.ts';

/** Of each job: its summary, or what stands for it where there is none. */
export type Result = Summary | JobSummary;

/** The result of a job that is not followed any more. It fetches the rejected records to `rejects`. */
export async function resultOf(
  { place, found }: Session,
  uploaded: Uploaded,
  end: End,
  rejects: RejectsPlace,
): Promise<Result> {
  if ('error' in end) {
    const source = `s3://${found.bucket}/${uploaded.key}`;
    return failedSummary({ table: found.description.table, sources: [source] }, end.error, end.seconds);
  }
  const { summary, job } = end;
  const objects = rejectFilesOf(summary);
  if (objects.length === 0 || job.settings === null) return summary;
  try {
    const file = uploaded.file === 'stdin' ? uploaded.key : uploaded.file;
    const { read } = settingsOf(job.settings, uploaded.key, job.parallel);
    return { ...summary, rejectsFile: await fetchRejects(place, rejects, { file, objects, read }) };
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    // The records are loaded, and the rejected ones are still in the bucket.
    const wasWell = summary.error === null;
    return { ...summary, ...(wasWell && { exitStatus: exitStatus.fatal, error: toldError(error) }) };
  }
}

/** What people read of one job of several, when it ends. */
export function resultLines({ key }: Uploaded, result: Result): string[] {
  if ('job' in result) return summaryLines(result);
  return [`${printable(key)}: not loaded`, ...(result.error === null ? [] : problemLines(result.error, false))];
}
