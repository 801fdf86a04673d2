import type { ErrorCode } from '../../../errors.ts';
import { failureOf } from '../../state/failure.ts';
import type { Work } from '../../state/task.ts';
import type { Ended } from '../ports.ts';

/** What another try does not change: what the object and its settings are. */
const hopeless: ReadonlySet<ErrorCode> = new Set([
  'USAGE',
  'UNCLOSED_QUOTE',
  'RECORD_TOO_LONG',
  'HEADER_INVALID',
  'COLUMN_UNKNOWN',
  'KEY_COLUMN_MISSING',
  'TYPE_CONFLICT',
  'TABLE_MISMATCH',
  'SETTINGS_INVALID',
  'CHECKPOINT_MISMATCH',
]);

/** How the work on a task ended that an error of this code ended. */
export function endingOf(code: ErrorCode): Exclude<Ended['kind'], 'done'> {
  if (code === 'INTERRUPTED') return 'stopped';
  if (code === 'TOO_MANY_ERRORS') return 'too many rejects';
  if (code === 'SOURCE_CHANGED' || code === 'SOURCE_UNREADABLE') return 'changed';
  return hopeless.has(code) ? 'hopeless' : 'failed';
}

/** How the work on a task ended that this error ended, whatever threw it. @param work how far it had come */
export function endedBy(error: unknown, work: Work): Ended {
  const why = failureOf(error);
  return { kind: endingOf(why.code), why, work };
}
