import { describe, expect, it } from 'vitest';
import { newBucket, refill, spend, waitMs } from '../../../../src/load/flow/token-bucket.ts';

describe('the token bucket', () => {
  it('lets a request go out ahead, then waits until its units have run in', () => {
    const bucket = spend(newBucket(100, 0), 25);
    expect(waitMs(bucket)).toBe(250);
    expect(waitMs(refill(bucket, 150))).toBe(100);
    expect(waitMs(refill(bucket, 250))).toBe(0);
  });

  it('keeps a tenth of a second of unused units, no more', () => {
    expect(refill(newBucket(100, 0), 60_000).units).toBe(10);
  });

  it('keeps one unit at least, however low the cap', () => {
    expect(refill(newBucket(1, 0), 60_000).units).toBe(1);
  });

  it('does not run backwards with a clock that does', () => {
    expect(refill(newBucket(100, 1_000), 0).units).toBe(0);
  });

  it('holds the rate over a minute of requests of 25 units', () => {
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
