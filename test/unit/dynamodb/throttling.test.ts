import { describe, expect, it } from 'vitest';
import { readThrottlingReasons } from '../../../src/dynamodb/throttling.ts';

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/people';
const index = `${table}/index/by_email`;

describe('throttling reasons', () => {
  it.each([
    ['TableWriteProvisionedThroughputExceeded', table, 'the table', false],
    ['IndexWriteProvisionedThroughputExceeded', index, 'index by_email', false],
    ['TableWriteKeyRangeThroughputExceeded', table, 'a hot partition of the table', true],
    ['IndexWriteKeyRangeThroughputExceeded', index, 'a hot partition of index by_email', true],
    ['TableWriteMaxOnDemandThroughputExceeded', table, 'the maximum throughput of the table', false],
    ['TableWriteAccountLimitExceeded', table, "the account's limit for the table", false],
    ['IndexWriteProvisionedThroughputExceeded', undefined, 'an index', false],
    ['SomethingNew', table, 'SomethingNew', false],
  ])('%s of %s', (reason, resource, words, isHotPartition) => {
    expect(readThrottlingReasons([{ reason, resource }])).toEqual({ words, isHotPartition });
  });

  it('are all told, once each; one that is no hot partition decides', () => {
    const hot = { reason: 'TableWriteKeyRangeThroughputExceeded', resource: table };
    const starved = { reason: 'IndexWriteProvisionedThroughputExceeded', resource: index };
    expect(readThrottlingReasons([hot, hot, starved])).toEqual({
      words: 'a hot partition of the table, index by_email',
      isHotPartition: false,
    });
  });

  it.each([[undefined], [null], ['x'], [{}], [[]], [[{}]], [[{ reason: 1 }]], [[null]]])('are none: %j', (reasons) => {
    expect(readThrottlingReasons(reasons)).toBeUndefined();
  });
});
