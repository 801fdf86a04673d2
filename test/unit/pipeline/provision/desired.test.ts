import { describe, expect, it } from 'vitest';
import { stateRetentionMs } from '../../../../src/pipeline/bucket/keys.ts';
import type { RawOption } from '../../../../src/options/raw-options.ts';
import { parseOptions } from '../../../../src/options/parse.ts';
import { resolveProvision } from '../../../../src/options/resolve-pipeline.ts';
import type { OptionKey } from '../../../../src/options/table.ts';
import { deriveNames, type AccountRegion } from '../../../../src/pipeline/names.ts';
import { chooseConcurrency } from '../../../../src/pipeline/provision/facts.ts';
import type { DesiredState, Kind } from '../../../../src/pipeline/provision/resource.ts';
import { buildDesiredState } from '../../../../src/pipeline/provision/resources/index.ts';
import type { Facts } from '../../../../src/pipeline/provision/spec.ts';

const place: AccountRegion = { account: '123456789012', region: 'eu-west-1', partition: 'aws' };
const facts: Facts = {
  queueUrl: 'https://sqs/123456789012/csv2ddb',
  deadLettersUrl: 'https://sqs/123456789012/csv2ddb-dead-letters',
  keyTypes: ['S', 'N'],
  hasTopic: false,
  maxConcurrency: 7,
  codeSha256: 'sum',
};

function desired(
  given: Partial<Record<OptionKey, string>>,
  more: Partial<Facts> = {},
  defaultSettings?: string,
): Map<Kind, DesiredState> {
  const all = { table: 'people', partitionKey: 'id', ...given };
  const options = new Map(
    Object.entries(all).map(([key, text]): [OptionKey, RawOption] => [key as OptionKey, { text, from: 'flag' }]),
  );
  const settings = resolveProvision(parseOptions(options), {});
  const names = deriveNames(settings.name, place);
  const spec = {
    place,
    names,
    bucket: names.bucket,
    table: settings.table,
    settings,
    defaultSettings,
    facts: { ...facts, ...more },
  };
  return new Map(buildDesiredState(spec).map((one) => [one.kind, one]));
}

const kindsOf = (all: Map<Kind, DesiredState>): Kind[] => [...all.keys()];
const withoutTopic: Kind[] = [
  'bucket', 'description', 'dead-letter queue', 'queue', 'table', 'notification',
  'log group', 'role', 'function', 'event source mapping',
]; // prettier-ignore

describe('buildDesiredState', () => {
  const cases: [what: string, all: Map<Kind, DesiredState>, kinds: Kind[]][] = [
    ['contains a function but no topic by default', desired({}), withoutTopic],
    ['contains no function with --no-function', desired({ noFunction: 'true' }), withoutTopic.slice(0, 6)],
    ['contains a topic and an alarm with --email', desired({ email: 'jo@example.com' }), ['topic', ...withoutTopic, 'alarm']],
    ['contains an alarm for the topic of --notify', desired({ notify: 'arn:aws:sns:eu-west-1:123456789012:t' }), [...withoutTopic, 'alarm']],
    ['contains no alarm for a topic in a different region', desired({ notify: 'arn:aws:sns:us-east-1:123456789012:t' }), withoutTopic],
    ['keeps the topic of an earlier run', desired({}, { hasTopic: true }), ['topic', ...withoutTopic, 'alarm']],
    ['contains the default settings', desired({}, {}, '{}'), ['bucket', 'description', 'default settings', ...withoutTopic.slice(2)]],
  ]; // prettier-ignore
  it.each(cases)('%s', (_, all, kinds) => {
    expect(kindsOf(all)).toEqual(kinds);
  });

  it('allows the function to publish only if there is a topic', () => {
    const policyOf = (all: Map<Kind, DesiredState>): string => JSON.stringify(all.get('role')?.properties['policy']);
    expect(policyOf(desired({}))).not.toContain('sns:');
    expect(policyOf(desired({ email: 'jo@example.com' }))).toContain('"arn:aws:sns:eu-west-1:123456789012:csv2ddb"');
  });

  it('passes the table, bucket, queue and topic to the function', () => {
    const notify = 'arn:aws:sns:eu-west-1:123456789012:t';
    expect(desired({ notify }).get('function')?.properties['environment']).toEqual({
      CSV2DDB_TABLE: 'people',
      CSV2DDB_BUCKET: 'csv2ddb-123456789012-eu-west-1-an',
      CSV2DDB_QUEUE_URL: facts.queueUrl,
      CSV2DDB_NOTIFY: notify,
    });
  });

  it('sets the types of the keys', () => {
    expect(desired({ sortKey: 'n' }).get('table')?.properties).toEqual({
      'partition key': { name: 'id', type: 'S' },
      'sort key': { name: 'n', type: 'N' },
      capacity: 'on-demand',
    });
  });

  it('uses the prefix and the suffix in the notification and the policy', () => {
    const all = desired({ prefix: 'in/', suffix: 'DATA.csv' });
    expect(all.get('notification')?.properties).toMatchObject({ prefix: 'in/', suffix: 'DATA.csv' });
    expect(JSON.stringify(all.get('role')?.properties['policy'])).toContain('-an/in/*"');
  });

  it('keeps job states for at least as long as csv2ddb reads them', () => {
    const rules = desired({}).get('bucket')?.properties['lifecycle'] as Record<
      string,
      { 'expire after days'?: number }
    >;
    const days = Object.values(rules).flatMap(({ 'expire after days': one }) => one ?? []);
    expect(days.length).toBe(4);
    expect(Math.min(...days) * 24 * 60 * 60 * 1000).toBeGreaterThanOrEqual(stateRetentionMs);
  });

  it('does not let the description and settings expire', () => {
    const rules = desired({}).get('bucket')?.properties['lifecycle'] as Record<string, { prefix: string }>;
    const prefixes = Object.values(rules).map(({ prefix }) => prefix);
    for (const permanent of ['state/pipeline', 'state/settings/default']) {
      expect(prefixes.filter((prefix) => permanent.startsWith(prefix))).toEqual([]);
    }
  });
});

describe('namesOf', () => {
  const cases: [region: string, partition: string, name: string | undefined, bucket: string][] = [
    ['us-east-1', 'aws', undefined, 'csv2ddb-123456789012-us-east-1-an'],
    ['us-east-1', 'aws', 'people', 'csv2ddb-people-123456789012-us-east-1-an'],
    ['me-south-1', 'aws', undefined, 'csv2ddb-123456789012-me-south-1'],
    ['cn-north-1', 'aws-cn', undefined, 'csv2ddb-123456789012-cn-north-1'],
  ];
  it.each(cases)('names the bucket in %s (%s) for the pipeline %s', (region, partition, name, bucket) => {
    expect(deriveNames(name, { account: '123456789012', region, partition }).bucket).toBe(bucket);
  });

  it('keeps bucket names within 63 characters', () => {
    expect(deriveNames('x'.repeat(20), { ...place, region: 'ap-northeast-1' }).bucket.length).toBeLessThanOrEqual(63);
  });
});

it.each([
  [1000, 50],
  [100, 50],
  [20, 10],
  [10, 5],
  [3, 2],
  [0, 2],
])('an unreserved concurrency of %i allows %i functions', (unreserved, functions) => {
  expect(chooseConcurrency(unreserved)).toBe(functions);
});

describe('resolveProvision', () => {
  const refused: [what: string, given: Partial<Record<OptionKey, string>>, why: string][] = [
    ['an invalid key type', { types: 'id:BOOL' }, 'key id has type BOOL in --types'],
    ['an invalid key type for a renamed field', { types: 'nr:NULL', rename: 'nr=id' }, 'key id has type NULL in --types'],
    ['--read-units without --write-units', { readUnits: '5' }, '--read-units needs --write-units'],
    ['--email with --notify', { email: 'a@b.co', notify: 'arn:aws:sns:eu-west-1:123456789012:t' }, '--email creates a topic'],
    ['--no-function with --max-functions', { noFunction: 'true', maxFunctions: '5' }, 'cannot be combined'],
    ['the same attribute as partition key and sort key', { sortKey: 'id' }, 'name the same attribute'],
    ['the whole bucket as prefix', { prefix: '/' }, '--prefix must be'],
    ['the prefix of the pipeline state', { prefix: 'state/' }, '--prefix must be'],
    ['a prefix without a trailing slash', { prefix: 'import' }, '--prefix must be'],
    ['a pattern as prefix', { prefix: 'im*/' }, '--prefix must be'],
    ['a suffix that S3 would encode', { suffix: 'DATA 1.csv' }, '--suffix must be'],
  ]; // prettier-ignore
  it.each(refused)('rejects %s', (_, given, why) => {
    expect(() => desired(given)).toThrow(why);
  });

  it('assigns types to attributes under their new names', () => {
    const given = { table: 'things', partitionKey: 'uuid', types: 'nr:N,age:N', rename: 'nr=uuid' };
    const options = new Map(
      Object.entries(given).map(([key, text]): [OptionKey, RawOption] => [key as OptionKey, { text, from: 'flag' }]),
    );
    expect([...resolveProvision(parseOptions(options), {}).types]).toEqual([
      ['uuid', 'N'],
      ['age', 'N'],
    ]);
  });
});
