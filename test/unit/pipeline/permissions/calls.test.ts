import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';
import { calls, type Caller, type Case } from '../../../../src/pipeline/permissions/calls.ts';
import { neededBy } from '../../../../src/pipeline/permissions/needed.ts';
import type { Policy } from '../../../../src/pipeline/permissions/policy.ts';
import type { Scope } from '../../../../src/pipeline/permissions/scope.ts';
import { namesOf } from '../../../../src/pipeline/names.ts';

const src = fileURLToPath(new URL('../../../../src/', import.meta.url));

/** As IAM calls them. */
const services: Readonly<Record<string, string>> = {
  'client-cloudwatch': 'cloudwatch',
  'client-cloudwatch-logs': 'logs',
  'client-dynamodb': 'dynamodb',
  'client-iam': 'iam',
  'client-lambda': 'lambda',
  'client-s3': 's3',
  'client-sns': 'sns',
  'client-sqs': 'sqs',
  'client-sts': 'sts',
};

/** The command that a paginator or a waiter of the SDK sends. */
const sentBy: Readonly<Record<string, string>> = {
  waitUntilTableExists: 'DescribeTable',
  waitUntilTableNotExists: 'DescribeTable',
  waitUntilFunctionActiveV2: 'GetFunction',
  waitUntilFunctionUpdatedV2: 'GetFunction',
};

/** `service:Command` of all that a file imports from the SDK to call it with. */
function callsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found: string[] = [];
  for (const [, names = '', client = ''] of text.matchAll(
    /import\s+(?!type\b)\{([^}]*)\}\s+from\s+'@aws-sdk\/(client-[\w-]+)'/g,
  )) {
    for (const name of names.split(',').map((one) => one.trim())) {
      const command = /^(\w+)Command$/.exec(name)?.[1] ?? /^paginate(\w+)$/.exec(name)?.[1] ?? sentBy[name];
      if (command !== undefined) found.push(`${services[client] ?? client}:${command}`);
      else if (/^(?:waitUntil|waitFor)/.test(name)) throw new Error(`what does ${name} send?`);
    }
  }
  for (const [, made = ''] of text.matchAll(/\bnew (\w+)Command\(/g)) {
    if (!found.some((call) => call.endsWith(`:${made}`))) throw new Error(`${file}: of which service is ${made}?`);
  }
  // Sends the parts of an object.
  if (text.includes("'@aws-sdk/lib-storage'")) {
    const parts = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload'];
    found.push('s3:PutObject', ...parts.map((part) => `s3:${part}`));
  }
  return found;
}

/** They need no permission, or are made of the embedded DynamoDB only. */
const free: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'dynamodb:ListTables', 'dynamodb:Scan']);
/** Made by Lambda, not by this program. */
const byLambda: ReadonlySet<string> = new Set(['logs:CreateLogStream', 'logs:PutLogEvents']);

it('every call that the code makes stands in the table, and no other', () => {
  const files = globSync('**/*.ts', { cwd: src, absolute: true });
  const made = new Set(files.flatMap(callsIn).filter((call) => !free.has(call)));
  const listed = new Set(calls.map(({ call }) => call).filter((call) => !byLambda.has(call)));
  expect([...listed].sort()).toEqual([...made].sort());
});

it('each call needs an action of its own service, or what it passes on', () => {
  const others = calls.flatMap(({ call, actions }) =>
    actions.filter((action) => action.split(':')[0] !== call.split(':')[0] && action !== 'iam:PassRole'),
  );
  expect(others).toEqual([]);
});

const callers: readonly Caller[] = [
  ...(['direct', 'upload', 'provision', 'worker', 'status', 'redrive', 'destroy', 'function'] as const),
];
const cases = [
  ...new Set(
    calls.flatMap(({ by }) => Object.values(by).flatMap((when): readonly Case[] => (when === 'always' ? [] : when))),
  ),
];
const place = { account: '123456789012', region: 'ap-southeast-1', partition: 'aws' };
const names = namesOf('orders-of-the-northern-branch', place);
const scope: Scope = {
  place,
  table: 'orders-of-the-northern-branch',
  sources: ['s3://orders-of-the-northern-branch/year=2026/', 's3://other/orders.csv'],
  topics: [`arn:aws:sns:${place.region}:${place.account}:${names.topic}`],
  pipeline: { names, bucket: names.bucket, prefix: 'import/' },
};

/** IAM User Guide, "IAM and AWS STS quotas": characters without white space, of a managed policy and of all inline ones of a role. */
const [mostOfManaged, mostOfRole] = [6_144, 10_240];

const lengthOf = (policy: Policy): number => JSON.stringify(policy).replace(/\s/g, '').length;

it.each(callers)('the policy of %s fits where it is put, each statement with a name of its own', (caller) => {
  const policy = neededBy(caller, cases, scope);
  expect(lengthOf(policy)).toBeLessThanOrEqual(caller === 'function' ? mostOfRole : mostOfManaged);
  const sids = policy.Statement.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
});

it.each(callers)(
  'the policy of %s allows no action as a pattern, and nothing on everything that can be on less',
  (caller) => {
    const onEverything = calls.filter(({ on }) => on === 'everything').flatMap(({ actions }) => actions);
    for (const { Action, Resource } of neededBy(caller, cases, scope).Statement) {
      expect(Action.join(' ')).not.toContain('*');
      if (Resource.includes('*')) expect(onEverything).toEqual(expect.arrayContaining([...Action]));
    }
  },
);
