import { describe, expect, it } from 'vitest';
import {
  correct,
  expect as spendExpected,
  resourcesOf,
  withCapacity,
  type Cost,
  type Resource,
} from '../../../../src/load/flow/cost.ts';

const byEmail = new Map([['by_email', 100]]);
const [total, table, index] = resourcesOf(500, { table: 1_000, indexes: byEmail }, 0) as [Resource, Resource, Resource];
const consumed = { writeUnits: 60, indexUnits: new Map([['by_email', 20]]) };
const taken: Cost = { units: 25, takenUnits: 25, consumed };

describe('the resources of a request', () => {
  it.each([
    ['all there are', 500, { table: 1_000, indexes: byEmail }, ['total 500', 'table 1000', 'index 100']],
    ['an on-demand table', undefined, { table: undefined, indexes: new Map<string, number>() }, []],
    ['a cap on it', 500, { table: undefined, indexes: new Map<string, number>() }, ['total 500']],
  ])('are those with a rate: %s', (_, cap, capacity, expected) => {
    const got = resourcesOf(cap, capacity, 0).map(({ kind, bucket }) => `${kind} ${bucket.unitsPerSecond}`);
    expect(got).toEqual(expected);
  });

  it.each([
    ['total', total, 60],
    ['table', table, 40],
    ['index', index, 20],
  ])('pay what the answer reports: %s', (_, resource, units) => {
    const after = correct(spendExpected(resource, 25), taken);
    expect(after.bucket.units).toBe(-units);
  });

  it('pay for what was taken where the answer reports nothing', () => {
    for (const unreported of [undefined, { writeUnits: undefined }]) {
      const cost = { ...taken, consumed: unreported };
      expect(correct(spendExpected(table, 25), { ...cost, takenUnits: 10 }).bucket.units).toBe(-10);
      expect(correct(spendExpected(table, 25), { ...cost, takenUnits: 0 }).bucket.units).toBe(0);
    }
  });

  it('learn what a unit by size costs, and expect that of the next request', () => {
    let resource = table;
    for (let n = 0; n < 100; n++) resource = correct(resource, taken);
    expect(resource.ratio).toBeCloseTo(40 / 25);
    const { units } = resource.bucket;
    expect(spendExpected(resource, 10).bucket.units).toBeCloseTo(units - 16);
  });

  it('keep what they have learned when the capacity changes, and go with it', () => {
    const learned = [{ ...table, ratio: 2, bucket: { ...table.bucket, units: -500 } }, index];
    const changed = withCapacity(learned, { table: 2_000, indexes: new Map() }, 100);
    expect(changed).toEqual([{ ...table, ratio: 2, bucket: { unitsPerSecond: 2_000, units: -400, atMs: 100 } }]);
    expect(withCapacity(changed, { table: undefined, indexes: new Map() }, 100)).toEqual([]);
  });
});
