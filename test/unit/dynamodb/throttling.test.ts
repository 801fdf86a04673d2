import { describe, expect, it } from 'vitest';
import { describeThrottlingReasons } from '../../../src/dynamodb/throttling.ts';

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/people';
const index = `${table}/index/by_email`;

describe('readThrottlingReasons', () => {
  it.each([
    ['TableWriteProvisionedThroughputExceeded', table, 'the table'],
    ['IndexWriteProvisionedThroughputExceeded', index, 'index by_email'],
    ['TableWriteKeyRangeThroughputExceeded', table, 'a hot partition of the table'],
    ['IndexWriteKeyRangeThroughputExceeded', index, 'a hot partition of index by_email'],
    ['TableWriteMaxOnDemandThroughputExceeded', table, 'the maximum throughput of the table'],
    ['TableWriteAccountLimitExceeded', table, "the account's limit for the table"],
    ['IndexWriteProvisionedThroughputExceeded', undefined, 'an index'],
    ['SomethingNew', table, 'SomethingNew'],
  ])('describes %s of %s', (reason, resource, words) => {
    expect(describeThrottlingReasons([{ reason, resource }])).toBe(words);
  });

  it('lists each distinct reason once', () => {
    const hot = { reason: 'TableWriteKeyRangeThroughputExceeded', resource: table };
    const throttled = { reason: 'IndexWriteProvisionedThroughputExceeded', resource: index };
    expect(describeThrottlingReasons([hot, hot, throttled])).toBe('a hot partition of the table, index by_email');
  });

  it.each([[undefined], [null], ['x'], [{}], [[]], [[{}]], [[{ reason: 1 }]], [[null]]])(
    'returns undefined for %j',
    (reasons) => {
      expect(describeThrottlingReasons(reasons)).toBeUndefined();
    },
  );
});
