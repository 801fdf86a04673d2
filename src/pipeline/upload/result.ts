import { exitStatus, LoaderError } from '../../errors.ts';
import { makeFailedSummary } from '../../load/failed-summary.ts';
import { toSummaryError } from '../../load/summary-error.ts';
import { listRejectFiles, type Summary } from '../../load/summary.ts';
import { formatProblem } from '../../report/problem.ts';
import { toPrintable } from '../../text/cells.ts';
import { getRangeSettings } from '../jobs/settings/load-options.ts';
import type { JobSummary } from '../state/job-end.ts';
import { formatJobSummary } from '../worker/output-lines.ts';
import type { JobEnd, UploadedFile } from './follow.ts';
import { fetchRejects, type RejectsDestination } from './rejects.ts';
import type { UploadSession } from './session.ts';

/** The summary of a job, or a summary made here if the job has none. */
export type JobResult = Summary | JobSummary;

/** Returns the result of a job that is no longer followed. Downloads its rejected records to `rejects`. */
export async function collectResult(
  { bucketPlace, found }: UploadSession,
  uploaded: UploadedFile,
  end: JobEnd,
  rejects: RejectsDestination,
): Promise<JobResult> {
  if ('error' in end) {
    const source = `s3://${found.bucket}/${uploaded.key}`;
    return makeFailedSummary({ table: found.description.table, sources: [source] }, end.error, end.seconds);
  }
  const { summary, job } = end;
  const objects = listRejectFiles(summary);
  if (objects.length === 0 || job.settings === null) return summary;
  try {
    const file = uploaded.file === 'stdin' ? uploaded.key : uploaded.file;
    const { read } = getRangeSettings(job.settings, uploaded.key, job.parallel);
    return { ...summary, rejectsFile: await fetchRejects(bucketPlace, rejects, { file, objects, read }) };
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    // The records are loaded, and the rejected ones are still in the bucket. An error of the job itself matters more.
    if (summary.error !== null) return summary;
    return { ...summary, exitStatus: exitStatus.fatal, error: toSummaryError(error) };
  }
}

/** Formats the result of one job of several. */
export function formatResult({ key }: UploadedFile, result: JobResult): string[] {
  if ('job' in result) return formatJobSummary(result);
  return [`${toPrintable(key)}: not loaded`, ...(result.error === null ? [] : formatProblem(result.error, false))];
}
