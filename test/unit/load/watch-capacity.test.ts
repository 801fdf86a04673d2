import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { TableDescription } from '../../../src/dynamodb/table.ts';
import type { Capacity } from '../../../src/load/flow/cost.ts';
import { readCapacity, watchCapacity } from '../../../src/load/watch-capacity.ts';

const table: TableDescription = {
  name: 'people',
  partitionKey: { name: 'id', type: 'S' },
  sortKey: undefined,
  indexKeys: [],
  provisionedWriteUnits: 10,
};

it('watchCapacity describes the table periodically, ignores failures, and ends when it is stopped', async () => {
  const seen: Capacity[] = [];
  let calls = 0;
  const describe = (): Promise<TableDescription> =>
    ++calls === 2
      ? Promise.reject(new Error('no network'))
      : Promise.resolve({ ...table, provisionedWriteUnits: calls, indexWriteUnits: new Map([['by_email', 5]]) });
  const stop = watchCapacity(describe, (capacity) => seen.push(capacity), 5);
  while (seen.length < 2) await sleep(1);
  stop();
  const after = seen.length;
  await sleep(30);
  expect(seen).toHaveLength(after);
  expect(seen.slice(0, 2)).toEqual([
    { table: 1, indexes: new Map([['by_email', 5]]) },
    { table: 3, indexes: new Map([['by_email', 5]]) },
  ]);
});

it('readCapacity returns no indexes for a table without provisioned indexes', () => {
  expect(readCapacity(table)).toEqual({ table: 10, indexes: new Map() });
});
