import { statesKeptMs } from '../bucket/keys.ts';
import type { ObjectVersion } from '../state/identity.ts';
import type { Times } from './timeouts.ts';
import type { Sighting } from './watch.ts';

/** What is known of the last object of a key, before another one takes its place. */
export interface Before extends Omit<Sighting, 'tasks'> {
  /** Undefined: there is none. */
  readonly object: ObjectVersion | undefined;
  /** Since when the object is there. */
  readonly ageMs: number;
}

/** Whether an object may be put: what an earlier one of its key still has to load would not be loaded any more. */
export type Turn = 'put' | 'wait' | 'stuck';

/** The time of an object of several parts is that of the first: it may be there only now. */
const sentSoonMs = 60_000;

export function turnOf({ object, job, ageMs, watchedMs, unchangedMs }: Before, { beginMs, quietMs }: Times): Turn {
  if (object === undefined || job?.isPublished === true) return 'put';
  if (job !== undefined) return unchangedMs < quietMs ? 'wait' : 'stuck';
  // It is taken that it had a state. Its message would be gone by now, too.
  if (ageMs >= statesKeptMs) return 'put';
  const mayBeNew = /-\d+"?$/.test(object.etag) && watchedMs < Math.min(sentSoonMs, beginMs);
  return ageMs < beginMs || mayBeNew ? 'wait' : 'stuck';
}
