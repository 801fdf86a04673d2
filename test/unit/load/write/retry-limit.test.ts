import { expect, it } from 'vitest';
import { Patience, type Trouble } from '../../../../src/load/write/retry-limit.ts';

const throttle: Trouble = { code: 'ThrottlingException', message: 'slow down', isThrottle: true, by: 'index by_email' };

it('a load waits for what troubles it where nothing was acknowledged for half a second', () => {
  const patience = new Patience(60_000);
  expect(patience.waitsFor(0)).toBeUndefined();
  patience.tried([], throttle, 1_000);
  expect(patience.waitsFor(1_499)).toBeUndefined();
  expect(patience.waitsFor(1_500)).toBe(throttle);
  patience.acknowledged();
  expect(patience.waitsFor(1_500)).toBeUndefined();
  patience.tried([], throttle, 2_000);
  expect(patience.waitsFor(2_400)).toBeUndefined();
});

it('what throttles stands in the error that ends the run', () => {
  const patience = new Patience(60_000);
  expect(patience.tried([], throttle, 0)).toBeUndefined();
  expect(patience.tried([], throttle, 59_999)).toBeUndefined();
  expect(patience.tried([], throttle, 60_000)).toMatchObject({
    code: 'RETRIES_EXHAUSTED',
    message: 'the table has taken no item for 60 s, throttled by index by_email (ThrottlingException: slow down)',
  });
});
