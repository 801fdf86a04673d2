import pLimit from 'p-limit';
import { latestVersionKey, latestVersionsFolder, isInternalKey, jobsFolder, stateRetentionMs } from '../bucket/keys.ts';
import type { ListedObject } from '../bucket/listing.ts';
import type { ConnectedPipeline } from '../connect.ts';
import type { LatestVersionState } from '../state/latest-version.ts';
import { isJobId, getJobId, type ObjectVersion } from '../state/identity.ts';
import type { FoundPipeline } from '../find.ts';
import { maxReadsInFlight } from './read-job.ts';

/** Objects whose job has not started. */
export interface UnstartedObjects {
  readonly objects: readonly ListedObject[];
  /** Number of objects whose job, if there was one, may have expired. */
  readonly expired: number;
}

/** Returns whether a pipeline loads objects with this key. */
export function isLoadedKey(key: string, { prefix, suffix }: FoundPipeline['description']): boolean {
  return key.startsWith(prefix) && key.endsWith(suffix ?? '') && !isInternalKey(key);
}

/** Listings of objects and of stored state, from which most is known without reading any of them. */
export interface Listings {
  readonly bucket: string;
  readonly objects: readonly ListedObject[];
  /** Keys of the stored states of latest versions. */
  readonly heads: ReadonlySet<string>;
  /** Job IDs. */
  readonly jobs: ReadonlySet<string>;
  readonly nowMs: number;
}

/** Classifies objects by listings alone. @returns `undecided`: objects whose latest version must be read */
export function classifyObjects(listings: Listings): UnstartedObjects & { undecided: readonly ListedObject[] } {
  const { bucket, objects, heads, jobs, nowMs } = listings;
  const unstarted: ListedObject[] = [];
  const undecided: ListedObject[] = [];
  let expired = 0;
  for (const object of objects) {
    // Without bucket versioning, the listing has all that a job ID is derived from.
    if (jobs.has(getJobId(versionOf(bucket, object)))) continue;
    if (heads.has(latestVersionKey(object.key))) undecided.push(object);
    else if (nowMs - object.lastModifiedMs > stateRetentionMs) expired++;
    else unstarted.push(object);
  }
  return { objects: unstarted, expired, undecided };
}

/** Returns whether the stored state names this version as the latest. */
export function isLatestVersion(latest: LatestVersionState, object: ListedObject): boolean {
  return latest.object.etag === object.etag && latest.object.lastModifiedMs === floorToSecond(object.lastModifiedMs);
}

function versionOf(bucket: string, { key, etag, lastModifiedMs, sizeBytes }: ListedObject): ObjectVersion {
  return { bucket, key, versionId: null, etag, lastModifiedMs: floorToSecond(lastModifiedMs), sizeBytes };
}

function floorToSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** The jobs of a pipeline, and the objects without a job. */
export interface Inventory extends UnstartedObjects {
  /** All job IDs, in the order of time. */
  readonly jobs: readonly string[];
}

/** Lists the jobs of a pipeline, and the objects whose job has not started. */
export async function takeInventory({ found, bucket, store, clock, listing }: ConnectedPipeline): Promise<Inventory> {
  const { description } = found;
  // Objects first: one that is put and started during the listings must not look unstarted.
  const all = await listing.listObjects(description.prefix);
  const objects = all.filter(({ key }) => isLoadedKey(key, description));
  const heads = new Set(objects.length === 0 ? [] : await bucket.list(latestVersionsFolder));
  const jobs = (await listing.listFolders(jobsFolder)).filter(isJobId);
  const listings = { bucket: found.bucket, objects, heads, jobs: new Set(jobs), nowMs: clock.nowMs() };
  const { objects: unstarted, expired, undecided } = classifyObjects(listings);
  const decided = await pLimit(maxReadsInFlight).map(undecided, async (object) => {
    const latest = await store.read<LatestVersionState>(latestVersionKey(object.key));
    return latest !== undefined && isLatestVersion(latest.state, object) ? [] : [object];
  });
  return { objects: [...unstarted, ...decided.flat()], expired, jobs };
}
