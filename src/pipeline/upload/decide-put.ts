import { stateRetentionMs } from '../bucket/keys.ts';
import type { ObjectVersion } from '../state/identity.ts';
import type { UploadTimeouts } from './timeouts.ts';
import type { JobSnapshot } from './watch.ts';

/** The current object of a key and its job, before the object is replaced. */
export interface PreviousObject extends Omit<JobSnapshot, 'tasks'> {
  /** Undefined: the key has no object. */
  readonly object: ObjectVersion | undefined;
  /** Age of the object. */
  readonly ageMs: number;
}

/** Whether a key's object may be replaced: replacing it stops its job. */
export type PutDecision = 'put' | 'wait' | 'stuck';

/** The time of a multipart object is that of its first part, so it may have appeared only now. */
const maxUploadDelayMs = 60_000;

export function decidePut(previous: PreviousObject, { startTimeoutMs, stallTimeoutMs }: UploadTimeouts): PutDecision {
  const { object, job, ageMs, watchedMs, unchangedMs } = previous;
  if (object === undefined || job?.isPublished === true) return 'put';
  if (job !== undefined) return unchangedMs < stallTimeoutMs ? 'wait' : 'stuck';
  // Its state has probably expired. A message that was never handled would be gone too.
  if (ageMs >= stateRetentionMs) return 'put';
  const mayBeNew = /-\d+"?$/.test(object.etag) && watchedMs < Math.min(maxUploadDelayMs, startTimeoutMs);
  return ageMs < startTimeoutMs || mayBeNew ? 'wait' : 'stuck';
}
