import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller, Case } from '../../../../src/pipeline/permissions/calls.ts';
import { buildPolicy } from '../../../../src/pipeline/permissions/build-policy.ts';
import { printPolicy, resolveScope, type PolicySettings } from '../../../../src/pipeline/permissions/print.ts';
import type { Policy } from '../../../../src/pipeline/permissions/policy.ts';
import type { PipelineDescription } from '../../../../src/pipeline/description.ts';

const aws = { region: undefined, profile: undefined, endpointUrl: 'http://127.0.0.1:1' };
const unnamed = { name: undefined, bucket: undefined };
const place = { account: '123456789012', region: 'eu-west-1', partition: 'aws' };
const made: PipelineDescription = {
  name: null,
  table: 'people',
  queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/my-queue',
  deadLettersUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/my-dead',
  notify: 'arn:aws:sns:eu-west-1:123456789012:loads',
  prefix: 'in/',
  suffix: null,
  function: null,
};

/** Action and resource of each statement, as `action resource`. */
function permissions({ Statement }: Policy): string[] {
  return Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((one) => Resource.map((on) => `${one} ${on}`)),
  ).sort();
}

describe('the policy', () => {
  it.each<[title: string, caller: Caller, cases: Case[], about: Omit<PolicySettings, 'aws'>, expected: string[]]>([
    [
      'of status allows reading state and queues, but no files',
      'status',
      [],
      { pipeline: unnamed },
      [
        's3:GetObject arn:aws:s3:::csv2ddb-123456789012-eu-west-1-an/state/*',
        's3:GetObject arn:aws:s3:::csv2ddb-123456789012-eu-west-1-an/state/pipeline',
        's3:ListBucket arn:aws:s3:::csv2ddb-123456789012-eu-west-1-an',
        'sqs:GetQueueAttributes arn:aws:sqs:eu-west-1:123456789012:my-dead',
        'sqs:GetQueueAttributes arn:aws:sqs:eu-west-1:123456789012:my-queue',
      ],
    ],
    [
      'of redrive allows changing state and moving messages between the queues',
      'redrive',
      [],
      { pipeline: { name: 'orders', bucket: 'mine' } },
      [
        's3:GetObject arn:aws:s3:::mine/state/*',
        's3:GetObject arn:aws:s3:::mine/state/pipeline',
        's3:ListBucket arn:aws:s3:::mine',
        's3:PutObject arn:aws:s3:::mine/state/*',
        'sqs:DeleteMessage arn:aws:sqs:eu-west-1:123456789012:my-dead',
        'sqs:GetQueueAttributes arn:aws:sqs:eu-west-1:123456789012:my-dead',
        'sqs:ReceiveMessage arn:aws:sqs:eu-west-1:123456789012:my-dead',
        'sqs:SendMessage arn:aws:sqs:eu-west-1:123456789012:my-queue',
      ],
    ],
  ])('%s', (_, caller, cases, about, expected) => {
    expect(permissions(buildPolicy(caller, cases, resolveScope({ aws, ...about }, place, made)))).toEqual(expected);
  });

  it('of a worker uses the names from its options before those of the pipeline', () => {
    const pipeline = { name: undefined, bucket: 'mine', queueUrl: 'http://localhost:4566/000000000000/other' };
    const scope = resolveScope({ aws, table: 'places', pipeline }, place, made);
    const all = permissions(buildPolicy('worker', ['notify', 'no pipeline named'], scope));
    expect(all).toContain('dynamodb:BatchWriteItem arn:aws:dynamodb:eu-west-1:123456789012:table/places');
    expect(all).toContain('sqs:ReceiveMessage arn:aws:sqs:eu-west-1:123456789012:other');
    expect(all).toContain('s3:GetObjectVersion arn:aws:s3:::mine/in/*');
    expect(all).toContain('sns:Publish arn:aws:sns:eu-west-1:123456789012:loads');
    expect(all).toContain('s3:GetObject arn:aws:s3:::mine/state/pipeline');
    expect(all.filter((one) => one.includes('people') || one.includes('my-queue'))).toEqual([]);
  });

  it('uses the default names if the pipeline was not read', () => {
    const scope = resolveScope({ aws, pipeline: { name: 'orders', bucket: undefined } }, place, undefined);
    expect(scope).toMatchObject({
      table: '*',
      topics: [],
      pipeline: {
        bucket: 'csv2ddb-orders-123456789012-eu-west-1-an',
        prefix: 'import/',
        names: { queue: 'csv2ddb-orders' },
      },
    });
  });
});

describe('--print-policy', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('prints a policy with wildcards if the account is unknown', async () => {
    const texts = { stdout: '', stderr: '' };
    const keep = (name: keyof typeof texts) =>
      new Writable({
        write(chunk: Buffer, _, done) {
          texts[name] += chunk.toString();
          done();
        },
      });
    const io = { stdout: keep('stdout'), stderr: keep('stderr') };
    expect(await printPolicy('status', [], { aws, pipeline: unnamed }, io)).toBe(0);
    expect(permissions(JSON.parse(texts.stdout) as Policy)).toContain(
      'sqs:GetQueueAttributes arn:aws:sqs:*:*:csv2ddb-dead-letters',
    );
    expect(texts.stderr).toBe('cannot determine the account and region (ENDPOINT_UNREACHABLE): the policy uses *\n');
  });

  it('fails if the endpoint is not a URL', async () => {
    const io = { stdout: new Writable(), stderr: new Writable() };
    const wrong = { ...aws, endpointUrl: 'nowhere' };
    await expect(printPolicy('status', [], { aws: wrong, pipeline: unnamed }, io)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
