import type { WorkerSettings, WorkerWishes } from '../../options/resolve-worker.ts';
import type { FoundPipeline } from '../find.ts';

/**
 * What a worker works with: what it was told, and where that leaves something open, what its pipeline has.
 * @param find only called where something is open
 */
export async function wholeSettings(wishes: WorkerWishes, find: () => Promise<FoundPipeline>): Promise<WorkerSettings> {
  const { table, bucket, queueUrl } = wishes;
  if (table !== undefined && bucket !== undefined && queueUrl !== undefined) {
    return { ...wishes, table, bucket, queueUrl };
  }
  const { place, bucket: itsBucket, description } = await find();
  return {
    ...wishes,
    table: table ?? description.table,
    bucket: bucket ?? itsBucket,
    queueUrl: queueUrl ?? description.queueUrl,
    bucketOwner: wishes.bucketOwner ?? place.account,
    notify: wishes.notify ?? description.notify ?? undefined,
  };
}
