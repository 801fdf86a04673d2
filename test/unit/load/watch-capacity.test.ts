import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { TableDescription } from '../../../src/dynamodb/table.ts';
import type { Capacity } from '../../../src/load/flow/cost.ts';
import { capacityOf, followCapacity } from '../../../src/load/watch-capacity.ts';

const table: TableDescription = {
  name: 'people',
  partitionKey: { name: 'id', type: 'S' },
  sortKey: undefined,
  indexKeys: [],
  provisionedWriteUnits: 10,
};

it('what is provisioned is looked at again and again, whatever fails, until that is over', async () => {
  const told: Capacity[] = [];
  let looks = 0;
  const describe = (): Promise<TableDescription> =>
    ++looks === 2
      ? Promise.reject(new Error('no network'))
      : Promise.resolve({ ...table, provisionedWriteUnits: looks, indexWriteUnits: new Map([['by_email', 5]]) });
  const end = followCapacity(describe, (capacity) => told.push(capacity), 5);
  while (told.length < 2) await sleep(1);
  end();
  const after = told.length;
  await sleep(30);
  expect(told).toHaveLength(after);
  expect(told.slice(0, 2)).toEqual([
    { table: 1, indexes: new Map([['by_email', 5]]) },
    { table: 3, indexes: new Map([['by_email', 5]]) },
  ]);
});

it('a table without such indexes has none', () => {
  expect(capacityOf(table)).toEqual({ table: 10, indexes: new Map() });
});
