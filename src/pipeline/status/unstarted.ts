import pLimit from 'p-limit';
import { headName, headsFolder, isNoInput, jobsFolder, statesKeptMs } from '../bucket/keys.ts';
import type { ListedObject } from '../bucket/listing.ts';
import type { ConnectedPipeline } from '../connect.ts';
import type { HeadState } from '../state/head.ts';
import { isJobId, jobIdOf, type ObjectVersion } from '../state/identity.ts';
import type { FoundPipeline } from '../find.ts';
import { looksAtOnce } from './read-job.ts';

/** Objects that no job is of. */
export interface NotBegun {
  readonly objects: readonly ListedObject[];
  /** Objects whose jobs, if they had any, may be forgotten: nobody can tell. */
  readonly forgotten: number;
}

/** Whether a pipeline loads what is put under this key. */
export function isInput(key: string, { prefix, suffix }: FoundPipeline['description']): boolean {
  return key.startsWith(prefix) && key.endsWith(suffix ?? '') && !isNoInput(key);
}

/** What is known of objects and jobs without a look at any of them. */
export interface Lists {
  readonly bucket: string;
  readonly objects: readonly ListedObject[];
  /** Names of objects of state. */
  readonly heads: ReadonlySet<string>;
  readonly jobs: ReadonlySet<string>;
  readonly nowMs: number;
}

/** What the lists alone say. @returns `doubtful`: objects of which only their heads can tell whether a job is of them */
export function sift({ bucket, objects, heads, jobs, nowMs }: Lists): NotBegun & { doubtful: readonly ListedObject[] } {
  const found: ListedObject[] = [];
  const doubtful: ListedObject[] = [];
  let forgotten = 0;
  for (const object of objects) {
    // In a bucket that keeps no versions the list has all that the name of a job is made of.
    if (jobs.has(jobIdOf(versionOf(bucket, object)))) continue;
    if (heads.has(headName(object.key))) doubtful.push(object);
    else if (nowMs - object.lastModifiedMs > statesKeptMs) forgotten++;
    else found.push(object);
  }
  return { objects: found, forgotten, doubtful };
}

/** Whether the newest version that a head knows is this one. */
export function isKnown(head: HeadState, object: ListedObject): boolean {
  return head.object.etag === object.etag && head.object.lastModifiedMs === toSecond(object.lastModifiedMs);
}

function versionOf(bucket: string, { key, etag, lastModifiedMs, sizeBytes }: ListedObject): ObjectVersion {
  return { bucket, key, versionId: null, etag, lastModifiedMs: toSecond(lastModifiedMs), sizeBytes };
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** What a pipeline has. */
export interface Stock extends NotBegun {
  /** Names of all jobs, in the order of time. */
  readonly jobs: readonly string[];
}

/** Lists jobs, and objects that lie there to be loaded of which no job is. */
export async function takeStock({ found, bucket, store, clock, listing }: ConnectedPipeline): Promise<Stock> {
  const { description } = found;
  // In this order: what is put, and begun, meanwhile is not taken for left behind.
  const all = await listing.objects(description.prefix);
  const objects = all.filter(({ key }) => isInput(key, description));
  const heads = new Set(objects.length === 0 ? [] : await bucket.list(headsFolder));
  const jobs = (await listing.folders(jobsFolder)).filter(isJobId);
  const sifted = sift({ bucket: found.bucket, objects, heads, jobs: new Set(jobs), nowMs: clock.nowMs() });
  const looked = await pLimit(looksAtOnce).map(sifted.doubtful, async (object) => {
    const head = await store.read<HeadState>(headName(object.key));
    return head !== undefined && isKnown(head.state, object) ? [] : [object];
  });
  return { objects: [...sifted.objects, ...looked.flat()], forgotten: sifted.forgotten, jobs };
}
