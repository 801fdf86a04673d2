import { statesKeptMs } from '../bucket/keys.ts';
import type { ObjectVersion } from '../state/identity.ts';
import type { JobState } from '../state/job.ts';
import type { Times } from './timeouts.ts';

/** What is known of the last object of a key, before another one takes its place. */
export interface Before {
  /** Undefined: there is none. */
  readonly object: ObjectVersion | undefined;
  /** Of that version; undefined: none has begun. */
  readonly job: JobState | undefined;
  /** Since when the object is there. */
  readonly ageMs: number;
  /** How long it has been looked at, and for how long nothing of its state has changed. */
  readonly lookedMs: number;
  readonly unchangedMs: number;
}

/** Whether an object may be put: what an earlier one of its key still has to load would not be loaded any more. */
export type Turn = 'put' | 'wait: it is being loaded' | 'wait: it has not begun' | 'stuck: it has not begun' | 'stuck';

/** The time of an object of several parts is that of the first: it may be there only now. */
const sentSoonMs = 60_000;

export function turnOf(before: Before, { beginMs, quietMs }: Pick<Times, 'beginMs' | 'quietMs'>): Turn {
  const { object, job, ageMs, lookedMs, unchangedMs } = before;
  if (object === undefined || job?.isPublished === true) return 'put';
  if (job !== undefined) return unchangedMs < quietMs ? 'wait: it is being loaded' : 'stuck';
  // It is taken that it had a state. Its message would be gone by now, too.
  if (ageMs >= statesKeptMs) return 'put';
  const mayBeNew = /-\d+"?$/.test(object.etag) && lookedMs < Math.min(sentSoonMs, beginMs);
  return ageMs < beginMs || mayBeNew ? 'wait: it has not begun' : 'stuck: it has not begun';
}
