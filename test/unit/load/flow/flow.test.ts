import { describe, expect, it } from 'vitest';
import {
  refillFlow,
  applyResponse,
  changeCapacity,
  newFlow,
  flowWaitMs,
  spendUnits,
  applyLoss,
  type Flow,
  type RequestOutcome,
} from '../../../../src/load/flow/flow.ts';

const noIndexes = new Map<string, number>();
const onDemand = { table: undefined, indexes: noIndexes };
const provisioned = { table: 1_000, indexes: noIndexes };

const written: RequestOutcome = {
  sentMs: 0,
  inFlight: 1,
  units: 25,
  writtenUnits: 25,
  throttledUnits: 0,
  consumed: undefined,
};

/** Sends requests of 25 units as soon as allowed. @returns the units sent. */
function sendFor(ms: number, start: Flow, outcome: Partial<RequestOutcome>): { flow: Flow; units: number } {
  let flow = start;
  let units = 0;
  for (let nowMs = 0; nowMs < ms;) {
    flow = refillFlow(flow, nowMs);
    const pause = flowWaitMs(flow, nowMs);
    if (pause > 0) {
      nowMs += pause;
      continue;
    }
    flow = spendUnits(flow, 25);
    units += 25;
    nowMs += 1;
    flow = applyResponse(flow, { ...written, ...outcome, sentMs: nowMs - 1 }, nowMs);
  }
  return { flow, units };
}

describe('flow control', () => {
  it.each([
    ['of the table', { concurrency: 16, maxWriteUnits: undefined, capacity: provisioned }, {}, 1_000],
    ['of the cap if it is lower', { concurrency: 16, maxWriteUnits: 500, capacity: provisioned }, {}, 500],
    ['of the table if it is lower', { concurrency: 16, maxWriteUnits: 5_000, capacity: provisioned }, {}, 1_000],
    [
      'of an index with less capacity',
      {
        concurrency: 'auto',
        maxWriteUnits: undefined,
        capacity: { table: 1_000, indexes: new Map([['by_email', 200]]) },
      },
      { consumed: { writeUnits: 50, indexUnits: new Map([['by_email', 25]]) } },
      200,
    ],
    [
      'of a table whose items cost twice their size',
      { concurrency: 'auto', maxWriteUnits: undefined, capacity: provisioned },
      { consumed: { writeUnits: 50, indexUnits: noIndexes } },
      500,
    ],
    [
      'of the cap if items are refused',
      { concurrency: 16, maxWriteUnits: 500, capacity: onDemand },
      { writtenUnits: 0, consumed: { writeUnits: 25, indexUnits: noIndexes } },
      500,
    ],
  ] as const)('keeps to the rate %s', (_, options, outcome, unitsPerSecond) => {
    const { units } = sendFor(10_000, newFlow(options, 0), outcome);
    expect(units / 10).toBeGreaterThan(unitsPerSecond * 0.97);
    expect(units / 10).toBeLessThan(unitsPerSecond * 1.03);
  });

  it('has no rate limit for an on-demand table until it throttles', () => {
    const flow = newFlow({ concurrency: 'auto', maxWriteUnits: undefined, capacity: onDemand }, 0);
    expect(sendFor(1_000, flow, {}).units).toBe(25_000);
    const { flow: capped, units } = sendFor(1_000, flow, { writtenUnits: 5, throttledUnits: 20 });
    expect(capped.capBucket).toBeDefined();
    expect(units).toBeLessThan(15_000);
  });

  it('charges throttled units only to the adaptive cap', () => {
    const start = newFlow({ concurrency: 4, maxWriteUnits: undefined, capacity: provisioned }, 0);
    const { flow } = sendFor(20, start, {});
    const before = flow.limits[0]?.bucket.units ?? 0;
    const after = applyResponse(
      spendUnits(flow, 25),
      { ...written, writtenUnits: 0, throttledUnits: 25, sentMs: 20 },
      30,
    );
    expect(after.limits[0]?.bucket.units).toBe(before);
  });

  it('charges lost requests, because they may have been written', () => {
    const flow = spendUnits(newFlow({ concurrency: 4, maxWriteUnits: 100, capacity: onDemand }, 0), 25);
    expect(flowWaitMs(applyLoss(flow, 0, 10, 1), 0)).toBe(250);
  });

  it('stops sending for a while when responses are lost repeatedly', () => {
    let flow = newFlow({ concurrency: 4, maxWriteUnits: undefined, capacity: onDemand }, 0);
    flow = applyLoss(applyLoss(flow, 0, 10, 1), 10, 20, 1);
    expect(flowWaitMs(flow, 20)).toBe(50);
    expect(flowWaitMs(applyResponse(flow, { ...written, sentMs: 15 }, 30), 30)).toBe(0);
  });

  it('follows the provisioned capacity', () => {
    const flow = newFlow({ concurrency: 16, maxWriteUnits: undefined, capacity: provisioned }, 0);
    const faster = changeCapacity(flow, { table: 3_000, indexes: noIndexes }, 0);
    expect(sendFor(5_000, faster, {}).units / 5).toBeGreaterThan(2_900);
    expect(changeCapacity(flow, onDemand, 0).limits).toEqual([]);
  });
});
