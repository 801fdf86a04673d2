import { LoaderError } from '../../errors.ts';
import { headName, jobName, openName } from '../bucket/keys.ts';
import type { ListedObject } from '../bucket/listing.ts';
import type { HeadState } from '../state/head.ts';
import { isJobId } from '../state/identity.ts';
import type { JobState } from '../state/job.ts';
import type { ConnectedPipeline } from '../connect.ts';
import type { FoundPipeline } from '../find.ts';
import { isInput, isKnown } from './unstarted.ts';

type Edges = Pick<ConnectedPipeline, 'found' | 'store' | 'listing'>;

/** What is meant: a job, an object of which none is, or both, where a newer version is not begun. */
export interface Meant {
  readonly key: string;
  readonly job: string | undefined;
  /** The version that no job is of. */
  readonly unbegun: ListedObject | undefined;
}

/**
 * What a user names: a job, the key of its object, `s3://` and the bucket before it or not, or what follows the prefix in it. Of
 * a key the newest job is meant.
 * @throws LoaderError JOB_NOT_FOUND
 */
export async function findJob(edges: Edges, named: string): Promise<Meant> {
  const { found, store } = edges;
  if (isJobId(named)) {
    const job = await store.read<JobState>(jobName(named));
    if (job !== undefined) return { key: job.state.object.key, job: named, unbegun: undefined };
    const mark = await store.read<{ readonly key: string }>(openName(named));
    if (mark !== undefined) return { key: mark.state.key, job: named, unbegun: undefined };
  }
  for (const key of keysOf(named, found)) {
    const meant = await findKey(edges, key);
    if (meant !== undefined) return meant;
  }
  const { prefix, suffix } = found.description;
  const shape = `${prefix}…${suffix ?? ''}`;
  throw new LoaderError('JOB_NOT_FOUND', `${named} is no job of the pipeline ${found.bucket}, and no file of it`, {
    hint: `csv2ddb status lists the newest jobs; files of this pipeline have keys like ${shape}.`,
  });
}

/** Keys that may be meant, the likelier one first. */
export function keysOf(named: string, { bucket, description }: FoundPipeline): readonly string[] {
  const place = `s3://${bucket}/`;
  const key = named.startsWith(place) ? named.slice(place.length) : named;
  return [key, `${description.prefix}${key}`].filter((one) => isInput(one, description));
}

async function findKey({ store, listing }: Edges, key: string): Promise<Meant | undefined> {
  const head = await store.read<HeadState>(headName(key));
  const object = await listing.object(key);
  if (head === undefined && object === undefined) return undefined;
  const isNew = object !== undefined && (head === undefined || !isKnown(head.state, object));
  return { key, job: head?.state.job, unbegun: isNew ? object : undefined };
}
