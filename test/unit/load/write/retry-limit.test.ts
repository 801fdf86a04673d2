import { expect, it } from 'vitest';
import { RetryLimit, type RetryReason } from '../../../../src/load/write/retry-limit.ts';

const throttle: RetryReason = {
  code: 'ThrottlingException',
  message: 'slow down',
  isThrottle: true,
  by: 'index by_email',
};

it('the retry limit reports a reason after half a second without an acknowledgement', () => {
  const retryLimit = new RetryLimit('people', 60_000);
  expect(retryLimit.currentReason(0)).toBeUndefined();
  retryLimit.addFailure([], throttle, 1_000);
  expect(retryLimit.currentReason(1_499)).toBeUndefined();
  expect(retryLimit.currentReason(1_500)).toBe(throttle);
  retryLimit.reset();
  expect(retryLimit.currentReason(1_500)).toBeUndefined();
  retryLimit.addFailure([], throttle, 2_000);
  expect(retryLimit.currentReason(2_400)).toBeUndefined();
});

it('the error that ends the run says what throttled', () => {
  const retryLimit = new RetryLimit('people', 60_000);
  expect(retryLimit.addFailure([], throttle, 0)).toBeUndefined();
  expect(retryLimit.addFailure([], throttle, 59_999)).toBeUndefined();
  expect(retryLimit.addFailure([], throttle, 60_000)).toMatchObject({
    code: 'RETRIES_EXHAUSTED',
    message: 'table people accepted no item for 60 s: throttled by index by_email (ThrottlingException: slow down)',
  });
});
