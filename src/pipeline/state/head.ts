import { jobIdOf, type ObjectVersion } from './identity.ts';

/** Of one key: which version is the newest, as it lies in S3. Only its job loads. */
export interface HeadState {
  readonly object: ObjectVersion;
  readonly job: string;
  /** Earlier versions, whose jobs may still hold leases: the newest waits for their end. */
  readonly earlier: readonly ObjectVersion[];
}

/** The head once `object` has been found to be the newest version; the same one where it was known. */
export function point(head: HeadState | undefined, object: ObjectVersion): HeadState {
  const job = jobIdOf(object);
  if (head?.job === job) return head;
  const earlier = head === undefined ? [] : [head.object, ...head.earlier];
  return { object, job, earlier: earlier.filter((other) => jobIdOf(other) !== job) };
}
