import type { QueueDepth } from '../queue/sqs-queue.ts';
import { toPrintable } from '../../text/cells.ts';
import { formatBytes, formatCount, pluralize } from '../../text/format.ts';
import { formatLabels, formatTable, type Column } from './columns.ts';
import type { JobStatus } from './job-status.ts';
import type { Overview } from './overview.ts';

const jobColumns: readonly Column<JobStatus>[] = [
  { title: 'job', cell: ({ job }) => job ?? '' },
  { title: 'state', cell: ({ state }) => state },
  { title: 'done', isNumber: true, cell: ({ percent }) => (percent === null ? '' : `${percent}%`) },
  { title: 'read', isNumber: true, cell: ({ read }) => formatCount(read) },
  { title: 'written', isNumber: true, cell: ({ written }) => formatCount(written) },
  { title: 'rejected', isNumber: true, cell: ({ rejected }) => formatCount(rejected) },
  {
    title: 'records/s',
    isNumber: true,
    cell: ({ recordsPerSecond: rate }) => (rate === null ? '' : formatCount(rate)),
  },
  { title: 'ended', cell: ({ ended }) => ended ?? '' },
  { title: 'key', cell: ({ key }) => toPrintable(key) },
];
const objectColumns: readonly Column<Overview['unstarted'][number]>[] = [
  { title: 'size', isNumber: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
  { title: 'put', cell: ({ put }) => put },
  { title: 'key', cell: ({ key }) => toPrintable(key) },
];

/** Maximum number of unstarted files to print. */
const maxObjectsShown = 20;
/** Maximum number of failures to print. */
const maxReasonsShown = 5;

/**
 * Formats the overview of a pipeline.
 * @param redrive the command that retries everything that is not loaded
 */
export function formatOverview(overview: Overview, redrive: string): string[] {
  const { bucket, table, function: functionName, queue, deadLetters, openJobs, jobs, unstarted, expired } = overview;
  // A failed job does not matter if a newer version of its object has a job.
  const hasFailed = jobs.some(
    ({ key, state }, index) => state === 'failed' && !jobs.slice(0, index).some((newer) => newer.key === key),
  );
  const dead = countMessages(deadLetters);
  const isStuck = hasFailed || dead > 0 || (unstarted.length > 0 && openJobs === 0 && countMessages(queue) === 0);
  return [
    `pipeline ${bucket}`,
    ...formatLabels([
      ['table', table],
      ['loaded by', functionName === null ? 'csv2ddb worker' : `function ${functionName}`],
      ['queue', describeDepth(queue)],
      ['dead letters', formatCount(dead)],
      ['open jobs', formatCount(openJobs)],
    ]),
    '',
    ...(jobs.length === 0 ? ['no jobs yet'] : formatTable(jobColumns, jobs)),
    ...reasonLines(jobs),
    ...unstartedLines(unstarted),
    ...(expired === 0
      ? []
      : [
          '',
          `${pluralize(expired, 'file')} older than 28 days: state has expired, cannot tell whether they were loaded`,
        ]),
    ...(isStuck ? ['', 'Resume everything that is not loaded:', `  ${redrive}`] : []),
  ];
}

/** Returns the number of all messages in a queue. */
export function countMessages({ visible, inFlight, delayed }: QueueDepth): number {
  return visible + inFlight + delayed;
}

export function describeDepth({ visible, inFlight, delayed }: QueueDepth): string {
  return `${formatCount(visible)} waiting, ${formatCount(inFlight)} in flight, ${formatCount(delayed)} delayed`;
}

/** Formats the failures of the newest jobs. */
function reasonLines(jobs: readonly JobStatus[]): string[] {
  const reasons = jobs.flatMap(({ key, state, error, lastFailure }) => {
    const failure = state === 'failed' ? error : lastFailure;
    return failure === null ? [] : [toPrintable(`${key}, ${state}: ${failure.code}: ${failure.message}`)];
  });
  return reasons.length === 0 ? [] : ['', ...reasons.slice(0, maxReasonsShown)];
}

function unstartedLines(objects: Overview['unstarted']): string[] {
  if (objects.length === 0) return [];
  const more = objects.length - maxObjectsShown;
  return [
    '',
    `${pluralize(objects.length, 'file')} not started`,
    ...formatTable(objectColumns, objects.slice(0, maxObjectsShown)),
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
  ];
}
