import { expect, test } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { suggestFix, formatDiagnosis, type Diagnosis } from '../../../../src/pipeline/upload/diagnose.ts';

const none = { visible: 0, inFlight: 0, delayed: 0 };
const denied = new LoaderError('ACCESS_DENIED', 'not allowed');
const healthy: Diagnosis = { hasNotification: true, mappings: ['Enabled'], queue: none, deadLetters: none };

test.each<[string, Diagnosis, string[], string]>([
  [
    'everything exists',
    healthy,
    [
      'the bucket sends events for this object to the queue',
      'the event source mapping of the function is Enabled',
      'messages in the queue: 0 waiting, 0 in flight, 0 delayed',
      'no dead letters',
    ],
    'Check the log of the function, or start a csv2ddb worker, then run csv2ddb redrive.',
  ],
  [
    'the bucket has no notification and the mapping is disabled',
    { ...healthy, hasNotification: false, mappings: ['Disabled'], queue: { visible: 1_200, inFlight: 2, delayed: 3 } },
    [
      'the bucket does not send events for this object to the queue',
      'the event source mapping of the function is Disabled',
      'messages in the queue: 1,200 waiting, 2 in flight, 3 delayed',
      'no dead letters',
    ],
    'Run csv2ddb provision again with the same options, then csv2ddb redrive.',
  ],
  [
    'there is no function, but a dead letter',
    { ...healthy, mappings: undefined, deadLetters: { ...none, visible: 1 } },
    [
      'the bucket sends events for this object to the queue',
      'the pipeline has no function: is a csv2ddb worker running?',
      'messages in the queue: 0 waiting, 0 in flight, 0 delayed',
      '1 dead letter',
    ],
    'Fix the error in the log of the function or worker, then run csv2ddb redrive.',
  ],
  [
    'access is denied',
    { hasNotification: denied, mappings: denied, queue: denied, deadLetters: denied },
    [
      'cannot read the bucket notification: not allowed',
      'cannot read the event source mapping: not allowed',
      'cannot read the queue: not allowed',
      'cannot read the dead-letter queue: not allowed',
    ],
    'Check the log of the function, or start a csv2ddb worker, then run csv2ddb redrive.',
  ],
])('formats a diagnosis and suggests a fix if %s', (_, diagnosis, lines, hint) => {
  expect(formatDiagnosis(diagnosis)).toEqual(lines);
  expect(suggestFix(diagnosis)).toBe(hint);
});
