import { expect, it } from 'vitest';
import { classifyError } from '../../../../../src/pipeline/jobs/range/task-result.ts';

it.each([
  ['INTERRUPTED', 'stopped'],
  ['TOO_MANY_ERRORS', 'too many rejects'],
  ['SOURCE_CHANGED', 'changed'],
  ['SOURCE_UNREADABLE', 'changed'],
  ['UNCLOSED_QUOTE', 'hopeless'],
  ['KEY_COLUMN_MISSING', 'hopeless'],
  ['ACCESS_DENIED', 'failed'],
  ['ENDPOINT_UNREACHABLE', 'failed'],
  ['RETRIES_EXHAUSTED', 'failed'],
  ['INTERNAL', 'failed'],
] as const)('%s ends the work on a task as %s', (code, kind) => {
  expect(classifyError(code)).toBe(kind);
});
