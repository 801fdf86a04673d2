import { LoaderError } from '../../errors.ts';
import { latestVersionKey, jobKey, openJobKey } from '../bucket/keys.ts';
import type { ListedObject } from '../bucket/listing.ts';
import type { LatestVersionState } from '../state/latest-version.ts';
import { isJobId } from '../state/identity.ts';
import type { JobState } from '../state/job.ts';
import type { ConnectedPipeline } from '../connect.ts';
import type { FoundPipeline } from '../find.ts';
import { isLoadedKey, isLatestVersion } from './unstarted.ts';

type FindPorts = Pick<ConnectedPipeline, 'found' | 'store' | 'listing'>;

/** The result of `findJob`: a job, an object version whose job has not started, or both. */
export interface FoundJob {
  readonly key: string;
  readonly job: string | undefined;
  /** The version whose job has not started. */
  readonly unstarted: ListedObject | undefined;
}

/**
 * Finds the job or object that a user names.
 * @param name job ID, key, `s3://BUCKET/KEY`, or key without the pipeline's prefix; a key means its newest job
 * @throws LoaderError JOB_NOT_FOUND
 */
export async function findJob(pipeline: FindPorts, name: string): Promise<FoundJob> {
  const { found, store } = pipeline;
  if (isJobId(name)) {
    const job = await store.read<JobState>(jobKey(name));
    if (job !== undefined) return { key: job.state.object.key, job: name, unstarted: undefined };
    const mark = await store.read<{ readonly key: string }>(openJobKey(name));
    if (mark !== undefined) return { key: mark.state.key, job: name, unstarted: undefined };
  }
  for (const key of listCandidateKeys(name, found)) {
    const match = await findByKey(pipeline, key);
    if (match !== undefined) return match;
  }
  const { prefix, suffix } = found.description;
  const pattern = `${prefix}…${suffix ?? ''}`;
  throw new LoaderError('JOB_NOT_FOUND', `job or file ${name} does not exist in pipeline ${found.bucket}`, {
    hint: `List the newest jobs with csv2ddb status, or use a key like ${pattern}.`,
  });
}

/** Returns the keys that a name may stand for, the more likely one first. */
export function listCandidateKeys(name: string, { bucket, description }: FoundPipeline): readonly string[] {
  const uri = `s3://${bucket}/`;
  const key = name.startsWith(uri) ? name.slice(uri.length) : name;
  return [key, `${description.prefix}${key}`].filter((candidate) => isLoadedKey(candidate, description));
}

async function findByKey({ store, listing }: FindPorts, key: string): Promise<FoundJob | undefined> {
  const latest = await store.read<LatestVersionState>(latestVersionKey(key));
  const object = await listing.findObject(key);
  if (latest === undefined && object === undefined) return undefined;
  const isNew = object !== undefined && (latest === undefined || !isLatestVersion(latest.state, object));
  return { key, job: latest?.state.job, unstarted: isNew ? object : undefined };
}
