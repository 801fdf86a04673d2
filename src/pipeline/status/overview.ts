import pLimit from 'p-limit';
import { openFolder } from '../bucket/keys.ts';
import type { Depth } from '../queue/sqs-queue.ts';
import type { ConnectedPipeline } from '../connect.ts';
import { lookAt, timeOf, type JobLook } from './job-view.ts';
import { takeStock } from './unstarted.ts';
import { looksAtOnce, seeJob } from './read-job.ts';

/** What a pipeline is at, as `--json` has it. */
export interface Overview {
  /** Null: the one without a name. */
  readonly name: string | null;
  readonly bucket: string;
  readonly table: string;
  /** Null: `csv2ddb worker` loads. */
  readonly function: string | null;
  readonly queue: Depth;
  readonly deadLetters: Depth;
  /** Jobs that have not ended; the newest of them are among `jobs`. */
  readonly openJobs: number;
  /** The newest, and those that have not ended; newest first. */
  readonly jobs: readonly JobLook[];
  /** Objects of which no job is. */
  readonly notBegun: readonly { readonly key: string; readonly sizeBytes: number; readonly put: string }[];
  /** Objects that are older than states are kept for: whether they were loaded is not known any more. */
  readonly forgotten: number;
}

const newestShown = 20;
/** More of them than anybody reads; those that wait behind them are counted. */
const mostOpenShown = 100;

/** Looks at all of a pipeline. @throws LoaderError as S3 and SQS refuse */
export async function lookOver(pipeline: ConnectedPipeline): Promise<Overview> {
  const { found, bucket, queue, deadLetters, clock } = pipeline;
  const { name, table, function: ours } = found.description;
  const [depth, dead, stock] = await Promise.all([queue.depth(), deadLetters.depth(), takeStock(pipeline)]);
  const open = (await bucket.list(openFolder)).map((mark) => mark.slice(openFolder.length));
  // Names of jobs are in the order of time.
  const shown = new Set([...stock.jobs.slice(-newestShown), ...open.slice(-mostOpenShown)]);
  const limit = pLimit(looksAtOnce);
  const seen = await Promise.all(
    [...shown]
      .sort()
      .reverse()
      .map((id) => seeJob(pipeline, id, 'open', limit)),
  );
  return {
    name,
    bucket: found.bucket,
    table,
    function: ours,
    queue: depth,
    deadLetters: dead,
    openJobs: open.length,
    jobs: seen.flatMap((job) => (job === undefined ? [] : [lookAt(job, clock.nowMs())])),
    notBegun: stock.objects.map(({ key, sizeBytes, lastModifiedMs }) => ({
      key,
      sizeBytes,
      put: timeOf(lastModifiedMs),
    })),
    forgotten: stock.forgotten,
  };
}
