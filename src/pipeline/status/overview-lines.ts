import type { Depth } from '../queue/sqs-queue.ts';
import { printable } from '../../text/cells.ts';
import { formatBytes, formatCount, plural } from '../../text/format.ts';
import { labelLines, tableLines, type Column } from './columns.ts';
import type { JobLook } from './job-view.ts';
import type { Overview } from './overview.ts';

const jobColumns: readonly Column[] = [
  { title: 'job' },
  { title: 'state' },
  { title: 'done', isNumber: true },
  { title: 'read', isNumber: true },
  { title: 'written', isNumber: true },
  { title: 'rejected', isNumber: true },
  { title: 'records/s', isNumber: true },
  { title: 'ended' },
  { title: 'key' },
];
const objectColumns: readonly Column[] = [{ title: 'size', isNumber: true }, { title: 'put' }, { title: 'key' }];

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
  const dead = deadLetters.visible + deadLetters.inFlight + deadLetters.delayed;
  const isStuck = hasFailed || dead > 0 || (notBegun.length > 0 && openJobs === 0 && isEmpty(queue));
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
    ...(jobs.length === 0 ? ['no jobs yet'] : tableLines(jobColumns, jobs.map(jobRow))),
    ...whyLines(jobs),
    ...notBegunLines(notBegun),
    ...(forgotten === 0
      ? []
      : ['', `${plural(forgotten, 'file')} older than 28 days: whether they were loaded is not known any more`]),
    ...(isStuck ? ['', 'Start again what is not loaded:', `  ${redrive}`] : []),
  ];
}

function isEmpty({ visible, inFlight, delayed }: Depth): boolean {
  return visible + inFlight + delayed === 0;
}

function depthText({ visible, inFlight, delayed }: Depth): string {
  return `${formatCount(visible)} visible, ${formatCount(inFlight)} in flight, ${formatCount(delayed)} delayed`;
}

function jobRow({ job, state, percent, read, written, rejected, recordsPerSecond, ended, key }: JobLook): string[] {
  return [
    job ?? '',
    state,
    percent === null ? '' : `${percent}%`,
    ...[read, written, rejected].map(formatCount),
    recordsPerSecond === null ? '' : formatCount(recordsPerSecond),
    ended ?? '',
    printable(key),
  ];
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
  const rows = objects
    .slice(0, objectsShown)
    .map(({ key, sizeBytes, put }) => [formatBytes(sizeBytes), put, printable(key)]);
  const more = objects.length - rows.length;
  return [
    '',
    `${plural(objects.length, 'file')} not begun`,
    ...tableLines(objectColumns, rows),
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
  ];
}
