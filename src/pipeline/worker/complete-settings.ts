import type { WorkerSettings, PartialWorkerSettings } from '../../options/resolve-worker.ts';
import type { FoundPipeline } from '../find.ts';

/**
 * Completes the settings of a worker from the pipeline's description.
 * @param find Finds the pipeline. Called only if a required setting is missing.
 */
export async function completeSettings(
  wishes: PartialWorkerSettings,
  find: () => Promise<FoundPipeline>,
): Promise<WorkerSettings> {
  const { table, bucket, queueUrl } = wishes;
  if (table !== undefined && bucket !== undefined && queueUrl !== undefined) {
    return { ...wishes, table, bucket, queueUrl };
  }
  const { place, bucket: pipelineBucket, description } = await find();
  return {
    ...wishes,
    table: table ?? description.table,
    bucket: bucket ?? pipelineBucket,
    queueUrl: queueUrl ?? description.queueUrl,
    bucketOwner: wishes.bucketOwner ?? place.account,
    notify: wishes.notify ?? description.notify ?? undefined,
  };
}
