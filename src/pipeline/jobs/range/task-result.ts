import type { ErrorCode } from '../../../errors.ts';
import { toFailure } from '../../state/failure.ts';
import type { TaskProgress } from '../../state/task.ts';
import type { TaskResult } from '../ports.ts';

/** Errors that a retry cannot overcome, because they come from the object or its settings. */
const hopelessCodes: ReadonlySet<ErrorCode> = new Set([
  'USAGE',
  'FORMAT_UNSUPPORTED',
  'UNCLOSED_QUOTE',
  'RECORD_TOO_LONG',
  'SKIPPED_RECORD_INVALID',
  'HEADER_INVALID',
  'COLUMN_UNKNOWN',
  'KEY_COLUMN_MISSING',
  'TYPE_CONFLICT',
  'TABLE_MISMATCH',
  'SETTINGS_INVALID',
  'CHECKPOINT_MISMATCH',
]);

/** Returns how an error with this code ends the work on a task. */
export function classifyError(code: ErrorCode): Exclude<TaskResult['kind'], 'done'> {
  if (code === 'INTERRUPTED') return 'stopped';
  if (code === 'TOO_MANY_ERRORS') return 'too many rejects';
  if (code === 'SOURCE_CHANGED' || code === 'SOURCE_UNREADABLE') return 'changed';
  return hopelessCodes.has(code) ? 'hopeless' : 'failed';
}

/** Returns the result of work that ended with an error. @param work The progress until then. */
export function toTaskResult(error: unknown, work: TaskProgress): TaskResult {
  const why = toFailure(error);
  return { kind: classifyError(why.code), why, work };
}
