import { expect, test } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { adviceOn, findingLines, type Found } from '../../../../src/pipeline/upload/diagnose.ts';

const none = { visible: 0, inFlight: 0, delayed: 0 };
const denied = new LoaderError('ACCESS_DENIED', 'not allowed');
const well: Found = { announces: true, mappings: ['Enabled'], queue: none, deadLetters: none };

test.each<[string, Found, string[], string]>([
  [
    'all is there',
    well,
    [
      'the bucket sends its events to the queue',
      'the event source mapping of the function is Enabled',
      'the queue has 0 waiting, 0 in flight, 0 delayed',
      'no dead letters',
    ],
    'Look at the log of the function, or start a csv2ddb worker; csv2ddb redrive sends the messages again.',
  ],
  [
    'the bucket tells nobody and the mapping is off',
    { ...well, announces: false, mappings: ['Disabled'], queue: { visible: 1_200, inFlight: 2, delayed: 3 } },
    [
      'the bucket sends no event of this object to the queue of the pipeline',
      'the event source mapping of the function is Disabled',
      'the queue has 1,200 waiting, 2 in flight, 3 delayed',
      'no dead letters',
    ],
    'csv2ddb provision, with the options it had, mends that; then csv2ddb redrive.',
  ],
  [
    'there is no function, and a dead letter',
    { ...well, mappings: undefined, deadLetters: { ...none, visible: 1 } },
    [
      'the bucket sends its events to the queue',
      'no function: is a csv2ddb worker running?',
      'the queue has 0 waiting, 0 in flight, 0 delayed',
      '1 dead letter',
    ],
    'Look at the log of the function or the worker; csv2ddb redrive starts again what is not loaded.',
  ],
  [
    'nothing may be looked at',
    { announces: denied, mappings: denied, queue: denied, deadLetters: denied },
    [
      'the notification of the bucket could not be looked at: not allowed',
      'the event source mapping could not be looked at: not allowed',
      'the queue could not be looked at: not allowed',
      'the dead letters could not be looked at: not allowed',
    ],
    'Look at the log of the function, or start a csv2ddb worker; csv2ddb redrive sends the messages again.',
  ],
])('where %s', (_, found, lines, advice) => {
  expect(findingLines(found)).toEqual(lines);
  expect(adviceOn(found)).toBe(advice);
});
