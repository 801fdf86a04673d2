import { jobIdOf, type ObjectVersion } from './identity.ts';

/** The latest version of a key, as stored in S3. Only the job of this version loads. */
export interface HeadState {
  readonly object: ObjectVersion;
  readonly job: string;
  /** Earlier versions whose jobs may still hold leases. The latest version waits until these end. */
  readonly earlier: readonly ObjectVersion[];
}

/** Records `object` as the latest version. Returns the same state if it already was. */
export function setLatestVersion(known: HeadState | undefined, object: ObjectVersion): HeadState {
  const job = jobIdOf(object);
  if (known?.job === job) return known;
  const earlier = known === undefined ? [] : [known.object, ...known.earlier];
  return { object, job, earlier: earlier.filter((other) => jobIdOf(other) !== job) };
}
