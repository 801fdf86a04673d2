import { describe, expect, it } from 'vitest';
import {
  correct,
  charge,
  newLimits,
  updateLimits,
  type RequestCost,
  type RateLimit,
} from '../../../../src/load/flow/cost.ts';

const byEmail = new Map([['by_email', 100]]);
const [total, table, index] = newLimits(500, { table: 1_000, indexes: byEmail }, 0) as [
  RateLimit,
  RateLimit,
  RateLimit,
];
const consumed = { writeUnits: 60, indexUnits: new Map([['by_email', 20]]) };
const written: RequestCost = { units: 25, writtenUnits: 25, consumed };

describe('the rate limits of a request', () => {
  it.each([
    ['all limits', 500, { table: 1_000, indexes: byEmail }, ['total 500', 'table 1000', 'index 100']],
    ['an on-demand table', undefined, { table: undefined, indexes: new Map<string, number>() }, []],
    ['a cap on an on-demand table', 500, { table: undefined, indexes: new Map<string, number>() }, ['total 500']],
  ])('come from the cap and the provisioned capacity: %s', (_, cap, capacity, expected) => {
    const got = newLimits(cap, capacity, 0).map(({ kind, bucket }) => `${kind} ${bucket.unitsPerSecond}`);
    expect(got).toEqual(expected);
  });

  it.each([
    ['total', total, 60],
    ['table', table, 40],
    ['index', index, 20],
  ])('are charged with the reported units: %s', (_, limit, units) => {
    const after = correct(charge(limit, 25), written);
    expect(after.bucket.units).toBe(-units);
  });

  it('are charged with the written units if the response reports none', () => {
    for (const unreported of [undefined, { writeUnits: undefined }]) {
      const cost = { ...written, consumed: unreported };
      expect(correct(charge(table, 25), { ...cost, writtenUnits: 10 }).bucket.units).toBe(-10);
      expect(correct(charge(table, 25), { ...cost, writtenUnits: 0 }).bucket.units).toBe(0);
    }
  });

  it('learn the cost of a unit of item size for the next request', () => {
    let limit = table;
    for (let n = 0; n < 100; n++) limit = correct(limit, written);
    expect(limit.ratio).toBeCloseTo(40 / 25);
    const { units } = limit.bucket;
    expect(charge(limit, 10).bucket.units).toBeCloseTo(units - 16);
  });

  it('keep the learned ratio when the capacity changes', () => {
    const learned = [{ ...table, ratio: 2, bucket: { ...table.bucket, units: -500 } }, index];
    const changed = updateLimits(learned, { table: 2_000, indexes: new Map() }, 100);
    expect(changed).toEqual([{ ...table, ratio: 2, bucket: { unitsPerSecond: 2_000, units: -400, atMs: 100 } }]);
    expect(updateLimits(changed, { table: undefined, indexes: new Map() }, 100)).toEqual([]);
  });
});
