import { expect, it } from 'vitest';
import { resolveArns } from '../../../../src/pipeline/permissions/scope.ts';

const scope = {
  place: { account: '123456789012', region: 'eu-west-1', partition: 'aws' },
  table: undefined,
  topics: [],
  pipeline: undefined,
};

it.each([
  ['s3://bucket/people.csv', 'bucket/people.csv'],
  ['s3://bucket/year=2026/', 'bucket/year=2026/*'],
  ['s3://bucket/', 'bucket/*'],
  ['s3://bucket', 'bucket/*'],
  ['s3://bucket/what?.csv', 'bucket/what${?}.csv'],
  ['s3://bucket/$5/*/', 'bucket/${$}5/${*}/*'],
])('the source %s is allowed as %s', (source, objects) => {
  expect(resolveArns('sources', { ...scope, sources: [source] })).toEqual([`arn:aws:s3:::${objects}`]);
  expect(resolveArns('buckets of sources', { ...scope, sources: [source] })).toEqual(['arn:aws:s3:::bucket']);
});
