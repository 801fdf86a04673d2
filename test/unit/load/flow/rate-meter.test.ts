import { expect, it } from 'vitest';
import { measure, newMeter, rateOf } from '../../../../src/load/flow/rate-meter.ts';

it.each([
  ['of a stable stream', 3_000, 10, 1_000],
  ['during the first second', 500, 10, 1_000],
  ['just after the start, over at least a tenth of a second', 20, 10, 200],
  ['half a second after the last units', 2_500, 510, 500],
  ['long after the last units', 60_000, 50_000, 0],
])('the rate covers about the last second: %s', (_, nowMs, silentMs, expected) => {
  let meter = newMeter(0);
  for (let ms = 10; ms <= nowMs - silentMs + 10; ms += 10) meter = measure(meter, 10, ms);
  const rate = rateOf(measure(meter, 0, nowMs), nowMs);
  expect(Math.abs(rate - expected)).toBeLessThanOrEqual(20);
});
