import { describe, expect, it } from 'vitest';
import { statesKeptMs } from '../../../../src/pipeline/bucket/keys.ts';
import type { GivenOption } from '../../../../src/options/raw-options.ts';
import { parseOptions } from '../../../../src/options/parse.ts';
import { resolveProvision } from '../../../../src/options/resolve-pipeline.ts';
import type { OptionKey } from '../../../../src/options/table.ts';
import { namesOf, type Place } from '../../../../src/pipeline/names.ts';
import { functionsFor } from '../../../../src/pipeline/provision/facts.ts';
import type { Desired, Kind } from '../../../../src/pipeline/provision/resource.ts';
import { desiredState } from '../../../../src/pipeline/provision/resources/index.ts';
import type { Facts } from '../../../../src/pipeline/provision/spec.ts';

const place: Place = { account: '123456789012', region: 'eu-west-1', partition: 'aws' };
const facts: Facts = {
  queueUrl: 'https://sqs/123456789012/csv2ddb',
  deadLettersUrl: 'https://sqs/123456789012/csv2ddb-dead-letters',
  keyTypes: ['S', 'N'],
  hasTopic: false,
  maximumConcurrency: 7,
  codeSha256: 'sum',
};

function desired(
  given: Partial<Record<OptionKey, string>>,
  more: Partial<Facts> = {},
  defaultSettings?: string,
): Map<Kind, Desired> {
  const all = { table: 'people', partitionKey: 'id', ...given };
  const options = new Map(
    Object.entries(all).map(([key, text]): [OptionKey, GivenOption] => [key as OptionKey, { text, from: 'flag' }]),
  );
  const settings = resolveProvision(parseOptions(options), {});
  const names = namesOf(settings.name, place);
  const spec = {
    place,
    names,
    bucket: names.bucket,
    table: settings.table,
    settings,
    defaultSettings,
    facts: { ...facts, ...more },
  };
  return new Map(desiredState(spec).map((one) => [one.kind, one]));
}

const kindsOf = (all: Map<Kind, Desired>): Kind[] => [...all.keys()];
const withoutTopic: Kind[] = [
  'bucket', 'description', 'dead-letter queue', 'queue', 'table', 'notification',
  'log group', 'role', 'function', 'event source mapping',
]; // prettier-ignore

describe('what a pipeline is to be', () => {
  const cases: [what: string, all: Map<Kind, Desired>, kinds: Kind[]][] = [
    ['a function, and nobody to tell', desired({}), withoutTopic],
    ['a worker', desired({ noFunction: 'true' }), withoutTopic.slice(0, 6)],
    ['somebody to write to', desired({ email: 'jo@example.com' }), ['topic', ...withoutTopic, 'alarm']],
    ['a topic that is there', desired({ notify: 'arn:aws:sns:eu-west-1:123456789012:t' }), [...withoutTopic, 'alarm']],
    ['a topic elsewhere, which no alarm can tell', desired({ notify: 'arn:aws:sns:us-east-1:123456789012:t' }), withoutTopic],
    ['a topic of an earlier run', desired({}, { hasTopic: true }), ['topic', ...withoutTopic, 'alarm']],
    ['settings of files', desired({}, {}, '{}'), ['bucket', 'description', 'default settings', ...withoutTopic.slice(2)]],
  ]; // prettier-ignore
  it.each(cases)('%s', (_, all, kinds) => {
    expect(kindsOf(all)).toEqual(kinds);
  });

  it('the function may publish only where there is a topic', () => {
    const policyOf = (all: Map<Kind, Desired>): string => JSON.stringify(all.get('role')?.properties['policy']);
    expect(policyOf(desired({}))).not.toContain('sns:');
    expect(policyOf(desired({ email: 'jo@example.com' }))).toContain('"arn:aws:sns:eu-west-1:123456789012:csv2ddb"');
  });

  it('the function is told of table, bucket, queue and topic', () => {
    const notify = 'arn:aws:sns:eu-west-1:123456789012:t';
    expect(desired({ notify }).get('function')?.properties['environment']).toEqual({
      CSV2DDB_TABLE: 'people',
      CSV2DDB_BUCKET: 'csv2ddb-123456789012-eu-west-1-an',
      CSV2DDB_QUEUE_URL: facts.queueUrl,
      CSV2DDB_NOTIFY: notify,
    });
  });

  it('keys have their types', () => {
    expect(desired({ sortKey: 'n' }).get('table')?.properties).toEqual({
      'partition key': { name: 'id', type: 'S' },
      'sort key': { name: 'n', type: 'N' },
      capacity: 'on-demand',
    });
  });

  it('what is watched follows prefix and suffix', () => {
    const all = desired({ prefix: 'in/', suffix: 'DATA.csv' });
    expect(all.get('notification')?.properties).toMatchObject({ prefix: 'in/', suffix: 'DATA.csv' });
    expect(JSON.stringify(all.get('role')?.properties['policy'])).toContain('-an/in/*"');
  });

  it('states are kept for as long as others count on them', () => {
    const rules = desired({}).get('bucket')?.properties['lifecycle'] as Record<
      string,
      { 'expire after days'?: number }
    >;
    const days = Object.values(rules).flatMap(({ 'expire after days': one }) => one ?? []);
    expect(days.length).toBe(4);
    expect(Math.min(...days) * 24 * 60 * 60 * 1000).toBeGreaterThanOrEqual(statesKeptMs);
  });

  it('what else is set does not expire', () => {
    const rules = desired({}).get('bucket')?.properties['lifecycle'] as Record<string, { prefix: string }>;
    const prefixes = Object.values(rules).map(({ prefix }) => prefix);
    for (const kept of ['state/pipeline', 'state/settings/default']) {
      expect(prefixes.filter((prefix) => kept.startsWith(prefix))).toEqual([]);
    }
  });
});

describe('names', () => {
  const cases: [region: string, partition: string, name: string | undefined, bucket: string][] = [
    ['us-east-1', 'aws', undefined, 'csv2ddb-123456789012-us-east-1-an'],
    ['us-east-1', 'aws', 'people', 'csv2ddb-people-123456789012-us-east-1-an'],
    ['me-south-1', 'aws', undefined, 'csv2ddb-123456789012-me-south-1'],
    ['cn-north-1', 'aws-cn', undefined, 'csv2ddb-123456789012-cn-north-1'],
  ];
  it.each(cases)('of the bucket in %s (%s), pipeline %s', (region, partition, name, bucket) => {
    expect(namesOf(name, { account: '123456789012', region, partition }).bucket).toBe(bucket);
  });

  it('of buckets fit, however long the others are', () => {
    expect(namesOf('x'.repeat(20), { ...place, region: 'ap-northeast-1' }).bucket.length).toBeLessThanOrEqual(63);
  });
});

it.each([
  [1000, 50],
  [100, 50],
  [20, 10],
  [10, 5],
  [3, 2],
  [0, 2],
])('an account with %i functions free gets %i', (free, functions) => {
  expect(functionsFor(free)).toBe(functions);
});

describe('what a provision is told', () => {
  const refused: [what: string, given: Partial<Record<OptionKey, string>>, why: string][] = [
    ['a key that is no key', { types: 'id:BOOL' }, '--types gives the key id the type BOOL'],
    ['a key by its column', { types: 'nr:NULL', rename: 'nr=id' }, '--types gives the key id the type NULL'],
    ['read units alone', { readUnits: '5' }, '--read-units needs --write-units'],
    ['two topics', { email: 'a@b.co', notify: 'arn:aws:sns:eu-west-1:123456789012:t' }, '--email creates a topic'],
    ['functions, and none', { noFunction: 'true', maxFunctions: '5' }, 'cannot be combined'],
    ['one key twice', { sortKey: 'id' }, 'name the same attribute'],
    ['all of the bucket', { prefix: '/' }, '--prefix must be'],
    ['what the pipeline writes', { prefix: 'state/' }, '--prefix must be'],
    ['no folder', { prefix: 'import' }, '--prefix must be'],
    ['a pattern', { prefix: 'im*/' }, '--prefix must be'],
    ['a suffix that S3 wants encoded', { suffix: 'DATA 1.csv' }, '--suffix must be'],
  ]; // prettier-ignore
  it.each(refused)('is refused: %s', (_, given, why) => {
    expect(() => desired(given)).toThrow(why);
  });

  it('has types of attributes, whatever their columns are called', () => {
    const given = { table: 'things', partitionKey: 'uuid', types: 'nr:N,age:N', rename: 'nr=uuid' };
    const options = new Map(
      Object.entries(given).map(([key, text]): [OptionKey, GivenOption] => [key as OptionKey, { text, from: 'flag' }]),
    );
    expect([...resolveProvision(parseOptions(options), {}).types]).toEqual([
      ['uuid', 'N'],
      ['age', 'N'],
    ]);
  });
});
