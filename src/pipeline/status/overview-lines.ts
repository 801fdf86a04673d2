import type { Depth } from '../queue/sqs-queue.ts';
import { printable } from '../../text/cells.ts';
import { formatBytes, formatCount, plural } from '../../text/format.ts';
import { labelLines, tableLines, type Column } from './columns.ts';
import type { JobLook } from './job-view.ts';
import type { Overview } from './overview.ts';

const jobColumns: readonly Column<JobLook>[] = [
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
  { title: 'key', cell: ({ key }) => printable(key) },
];
const objectColumns: readonly Column<Overview['notBegun'][number]>[] = [
  { title: 'size', isNumber: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
  { title: 'put', cell: ({ put }) => put },
  { title: 'key', cell: ({ key }) => printable(key) },
];

/** Of what was put and is not begun, so many are shown. */
const objectsShown = 20;
/** Of what went wrong, too. */
const whysShown = 5;

/**
 * What people read of a pipeline.
 * @param redrive the command that starts again what is not done
 */
export function overviewLines(overview: Overview, redrive: string): string[] {
  const { bucket, table, function: ours, queue, deadLetters, openJobs, jobs, notBegun, forgotten } = overview;
  // An older one has had a newer version take its place.
  const hasFailed = jobs.some(
    ({ key, state }, at) => state === 'failed' && !jobs.slice(0, at).some((newer) => newer.key === key),
  );
  const dead = depthOf(deadLetters);
  const isStuck = hasFailed || dead > 0 || (notBegun.length > 0 && openJobs === 0 && depthOf(queue) === 0);
  return [
    `pipeline ${bucket}`,
    ...labelLines([
      ['table', table],
      ['loaded by', ours === null ? 'csv2ddb worker' : `function ${ours}`],
      ['queue', depthText(queue)],
      ['dead letters', formatCount(dead)],
      ['open jobs', formatCount(openJobs)],
    ]),
    '',
    ...(jobs.length === 0 ? ['no jobs yet'] : tableLines(jobColumns, jobs)),
    ...whyLines(jobs),
    ...notBegunLines(notBegun),
    ...(forgotten === 0
      ? []
      : ['', `${plural(forgotten, 'file')} older than 28 days: whether they were loaded is not known any more`]),
    ...(isStuck ? ['', 'Start again what is not loaded:', `  ${redrive}`] : []),
  ];
}

/** All messages of a queue. */
export function depthOf({ visible, inFlight, delayed }: Depth): number {
  return visible + inFlight + delayed;
}

export function depthText({ visible, inFlight, delayed }: Depth): string {
  return `${formatCount(visible)} waiting, ${formatCount(inFlight)} in flight, ${formatCount(delayed)} delayed`;
}

/** What went wrong with the newest of them. */
function whyLines(jobs: readonly JobLook[]): string[] {
  const wrong = jobs.flatMap(({ key, state, error, lastFailure }) => {
    const why = state === 'failed' ? error : lastFailure;
    return why === null ? [] : [printable(`${key}, ${state}: ${why.code}: ${why.message}`)];
  });
  return wrong.length === 0 ? [] : ['', ...wrong.slice(0, whysShown)];
}

function notBegunLines(objects: Overview['notBegun']): string[] {
  if (objects.length === 0) return [];
  const more = objects.length - objectsShown;
  return [
    '',
    `${plural(objects.length, 'file')} not begun`,
    ...tableLines(objectColumns, objects.slice(0, objectsShown)),
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
  ];
}
