import { describe, expect, it } from 'vitest';
import {
  at,
  cameBack,
  capacityIs,
  newFlow,
  pauseMs,
  sent,
  wentAstray,
  type Flow,
  type Outcome,
} from '../../../../src/load/flow/flow.ts';

const noIndexes = new Map<string, number>();
const onDemand = { table: undefined, indexes: noIndexes };
const provisioned = { table: 1_000, indexes: noIndexes };

const taken: Outcome = {
  sentMs: 0,
  inFlight: 1,
  units: 25,
  takenUnits: 25,
  turnedAwayUnits: 0,
  consumed: undefined,
};

/** Sends requests of 25 units as soon as it may; each comes back in 10 ms. @returns units sent. */
function sendFor(ms: number, start: Flow, outcome: Partial<Outcome>): { flow: Flow; units: number } {
  let flow = start;
  let units = 0;
  for (let nowMs = 0; nowMs < ms;) {
    flow = at(flow, nowMs);
    const pause = pauseMs(flow, nowMs);
    if (pause > 0) {
      nowMs += pause;
      continue;
    }
    flow = sent(flow, 25);
    units += 25;
    nowMs += 1;
    flow = cameBack(flow, { ...taken, ...outcome, sentMs: nowMs - 1 }, nowMs);
  }
  return { flow, units };
}

describe('the flow', () => {
  it.each([
    ['of the table', { concurrency: 16, maxWriteUnits: undefined, capacity: provisioned }, {}, 1_000],
    ['of the cap, which is lower', { concurrency: 16, maxWriteUnits: 500, capacity: provisioned }, {}, 500],
    ['of the table, which is lower', { concurrency: 16, maxWriteUnits: 5_000, capacity: provisioned }, {}, 1_000],
    [
      'of an index that takes less',
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
      'of the cap, whatever is refused',
      { concurrency: 16, maxWriteUnits: 500, capacity: onDemand },
      { takenUnits: 0, consumed: { writeUnits: 25, indexUnits: noIndexes } },
      500,
    ],
  ] as const)('keeps to the rate %s', (_, options, outcome, unitsPerSecond) => {
    const { units } = sendFor(10_000, newFlow(options, 0), outcome);
    expect(units / 10).toBeGreaterThan(unitsPerSecond * 0.97);
    expect(units / 10).toBeLessThan(unitsPerSecond * 1.03);
  });

  it('of an on-demand table has no rate until it turns something away', () => {
    const flow = newFlow({ concurrency: 'auto', maxWriteUnits: undefined, capacity: onDemand }, 0);
    expect(sendFor(1_000, flow, {}).units).toBe(25_000);
    const { flow: capped, units } = sendFor(1_000, flow, { takenUnits: 5, turnedAwayUnits: 20 });
    expect(capped.capBucket).toBeDefined();
    expect(units).toBeLessThan(15_000);
  });

  it('pays nothing for what was turned away, but to the adaptive cap', () => {
    const start = newFlow({ concurrency: 4, maxWriteUnits: undefined, capacity: provisioned }, 0);
    const { flow } = sendFor(20, start, {});
    const before = flow.resources[0]?.bucket.units ?? 0;
    const after = cameBack(sent(flow, 25), { ...taken, takenUnits: 0, turnedAwayUnits: 25, sentMs: 20 }, 30);
    expect(after.resources[0]?.bucket.units).toBe(before);
  });

  it('pays for what went astray: it may have been written', () => {
    const flow = sent(newFlow({ concurrency: 4, maxWriteUnits: 100, capacity: onDemand }, 0), 25);
    expect(pauseMs(wentAstray(flow, 0, 10, 1), 0)).toBe(250);
  });

  it('is quiet for a while when answers are lost again and again', () => {
    let flow = newFlow({ concurrency: 4, maxWriteUnits: undefined, capacity: onDemand }, 0);
    flow = wentAstray(wentAstray(flow, 0, 10, 1), 10, 20, 1);
    expect(pauseMs(flow, 20)).toBe(50);
    expect(pauseMs(cameBack(flow, { ...taken, sentMs: 15 }, 30), 30)).toBe(0);
  });

  it('goes with what is provisioned', () => {
    const flow = newFlow({ concurrency: 16, maxWriteUnits: undefined, capacity: provisioned }, 0);
    const faster = capacityIs(flow, { table: 3_000, indexes: noIndexes }, 0);
    expect(sendFor(5_000, faster, {}).units / 5).toBeGreaterThan(2_900);
    expect(capacityIs(flow, onDemand, 0).resources).toEqual([]);
  });
});
