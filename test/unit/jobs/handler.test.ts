import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { S3Clock } from '../../../src/jobs/bucket/clock.ts';
import { Handler } from '../../../src/jobs/handler.ts';
import type { Terms } from '../../../src/jobs/shift.ts';
import { jobIdOf } from '../../../src/jobs/state/identity.ts';
import { loadedWhole, memoryWorld } from '../../helpers/jobs/memory-world.ts';

const terms: Terms = { leaseMs: () => 310_000, stop: new AbortController().signal };
const key = 'import/a.csv';

describe('an object that is put again', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is loaded as soon as the load of the earlier version has stopped, not when its lease would have ended', async () => {
    let isFirst = true;
    const there = memoryWorld({
      clock: new S3Clock(),
      load: async (shift) => {
        if (!isFirst) return loadedWhole(shift);
        isFirst = false;
        await handler.put((there.putObject(key), key), terms);
        // The newer one waits for the lease.
        expect(there.sent.splice(0)).toMatchObject([{ message: { key }, delayMs: 311_000 }]);
        await shift.save(shift.task.work);
        expect(shift.stop.aborted).toBe(true);
        return { kind: 'stopped', work: shift.task.work };
      },
    });
    const handler = new Handler(there.world);
    const old = jobIdOf(there.putObject(key));
    vi.setSystemTime(Date.now() + 1_000);
    expect(await handler.put(key, terms)).toMatchObject({ job: old, summary: { state: 'replaced' } });

    const [wake, ...others] = there.sent.splice(0);
    expect(others).toEqual([]);
    expect(wake).toMatchObject({ message: { key, task: undefined }, delayMs: 0 });
    if (wake === undefined) return;
    expect(await handler.goOn(wake.message, terms)).toMatchObject({
      outcome: 'the job has ended',
      summary: { state: 'done' },
    });
    expect(there.published.map(({ state }) => state)).toEqual(['replaced', 'done']);
    // Nobody waits any more: nothing is sent for nobody.
    expect(there.sent).toEqual([]);
  });
});
