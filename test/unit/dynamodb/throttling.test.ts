import { describe, expect, it } from 'vitest';
import { readThrottlingReasons } from '../../../src/dynamodb/throttling.ts';

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/people';
const index = `${table}/index/by_email`;

describe('throttling reasons', () => {
  it.each([
    ['TableWriteProvisionedThroughputExceeded', table, 'the table'],
    ['IndexWriteProvisionedThroughputExceeded', index, 'index by_email'],
    ['TableWriteKeyRangeThroughputExceeded', table, 'a hot partition of the table'],
    ['IndexWriteKeyRangeThroughputExceeded', index, 'a hot partition of index by_email'],
    ['TableWriteMaxOnDemandThroughputExceeded', table, 'the maximum throughput of the table'],
    ['TableWriteAccountLimitExceeded', table, "the account's limit for the table"],
    ['IndexWriteProvisionedThroughputExceeded', undefined, 'an index'],
    ['SomethingNew', table, 'SomethingNew'],
  ])('%s of %s', (reason, resource, words) => {
    expect(readThrottlingReasons([{ reason, resource }])).toBe(words);
  });

  it('are all told, once each', () => {
    const hot = { reason: 'TableWriteKeyRangeThroughputExceeded', resource: table };
    const starved = { reason: 'IndexWriteProvisionedThroughputExceeded', resource: index };
    expect(readThrottlingReasons([hot, hot, starved])).toBe('a hot partition of the table, index by_email');
  });

  it.each([[undefined], [null], ['x'], [{}], [[]], [[{}]], [[{ reason: 1 }]], [[null]]])('are none: %j', (reasons) => {
    expect(readThrottlingReasons(reasons)).toBeUndefined();
  });
});
