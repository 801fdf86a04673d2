import { getJobId, type ObjectVersion } from './identity.ts';

/** The latest version of a key, as stored in S3. Only the job of this version loads. */
export interface LatestVersionState {
  readonly object: ObjectVersion;
  readonly job: string;
  /** Earlier versions whose jobs may still hold leases. The latest version waits until these end. */
  readonly earlier: readonly ObjectVersion[];
}

/** Records `object` as the latest version. Returns the same state if it already was. */
export function setLatestVersion(known: LatestVersionState | undefined, object: ObjectVersion): LatestVersionState {
  const job = getJobId(object);
  if (known?.job === job) return known;
  const earlier = known === undefined ? [] : [known.object, ...known.earlier];
  return { object, job, earlier: earlier.filter((other) => getJobId(other) !== job) };
}
