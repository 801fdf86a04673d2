import { describe, expect, it } from 'vitest';
import { newBucket, refill, spend, waitMs } from '../../../../src/load/flow/token-bucket.ts';

describe('the token bucket', () => {
  it('allows a request in advance, then waits until its units are refilled', () => {
    const bucket = spend(newBucket(100, 0), 25);
    expect(waitMs(bucket)).toBe(250);
    expect(waitMs(refill(bucket, 150))).toBe(100);
    expect(waitMs(refill(bucket, 250))).toBe(0);
  });

  it('keeps at most a tenth of a second of unused units', () => {
    expect(refill(newBucket(100, 0), 60_000).units).toBe(10);
  });

  it('keeps at least one unit at any rate', () => {
    expect(refill(newBucket(1, 0), 60_000).units).toBe(1);
  });

  it('does not lose units if the clock goes backwards', () => {
    expect(refill(newBucket(100, 1_000), 0).units).toBe(0);
  });

  it('keeps to the rate over a minute of 25-unit requests', () => {
    let bucket = newBucket(1_000, 0);
    let now = 0;
    let sent = 0;
    while (now < 60_000) {
      bucket = refill(bucket, now);
      const wait = waitMs(bucket);
      if (wait > 0) now += wait;
      else {
        bucket = spend(bucket, 25);
        sent += 25;
      }
    }
    expect(sent / 60).toBeGreaterThan(970);
    expect(sent / 60).toBeLessThanOrEqual(1_001);
  });
});
