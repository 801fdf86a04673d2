import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';
import { permissions, type Caller, type Case } from '../../../../src/pipeline/permissions/calls.ts';
import { buildPolicy } from '../../../../src/pipeline/permissions/build-policy.ts';
import type { Policy } from '../../../../src/pipeline/permissions/policy.ts';
import type { Scope } from '../../../../src/pipeline/permissions/scope.ts';
import { deriveNames } from '../../../../src/pipeline/names.ts';

const src = fileURLToPath(new URL('../../../../src/', import.meta.url));

/** Prefixes of IAM actions by client package. */
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

/** The commands that the SDK's waiters send. */
const sentBy: Readonly<Record<string, string>> = {
  waitUntilTableExists: 'DescribeTable',
  waitUntilTableNotExists: 'DescribeTable',
  waitUntilFunctionActiveV2: 'GetFunction',
  waitUntilFunctionUpdatedV2: 'GetFunction',
};

/** Returns `service:Command` for each command that a file imports from the SDK. */
function callsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found: string[] = [];
  for (const [, names = '', client = ''] of text.matchAll(
    /import\s+(?!type\b)\{([^}]*)\}\s+from\s+'@aws-sdk\/(client-[\w-]+)'/g,
  )) {
    for (const name of names.split(',').map((one) => one.trim())) {
      const command = /^(\w+)Command$/.exec(name)?.[1] ?? /^paginate(\w+)$/.exec(name)?.[1] ?? sentBy[name];
      if (command !== undefined) found.push(`${services[client] ?? client}:${command}`);
      else if (/^(?:waitUntil|waitFor)/.test(name)) throw new Error(`unknown command of ${name}`);
    }
  }
  for (const [, made = ''] of text.matchAll(/\bnew (\w+)Command\(/g)) {
    if (!found.some((call) => call.endsWith(`:${made}`))) throw new Error(`${file}: unknown service of ${made}`);
  }
  // Uploads an object in parts.
  if (text.includes("'@aws-sdk/lib-storage'")) {
    const parts = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload'];
    found.push('s3:PutObject', ...parts.map((part) => `s3:${part}`));
  }
  return found;
}

/** Calls that need no permission, or that only the embedded DynamoDB receives. */
const free: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'dynamodb:ListTables', 'dynamodb:Scan']);
/** Calls that Lambda makes, not csv2ddb. */
const byLambda: ReadonlySet<string> = new Set(['logs:CreateLogStream', 'logs:PutLogEvents']);

it('the table lists exactly the calls in the code', () => {
  const files = globSync('**/*.ts', { cwd: src, absolute: true });
  const made = new Set(files.flatMap(callsIn).filter((call) => !free.has(call)));
  const listed = new Set(permissions.map(({ call }) => call).filter((call) => !byLambda.has(call)));
  expect([...listed].sort()).toEqual([...made].sort());
});

it('each call requires only actions of its own service, or iam:PassRole', () => {
  const others = permissions.flatMap(({ call, actions }) =>
    actions.filter((action) => action.split(':')[0] !== call.split(':')[0] && action !== 'iam:PassRole'),
  );
  expect(others).toEqual([]);
});

const callers: readonly Caller[] = [
  ...(['direct', 'upload', 'provision', 'worker', 'status', 'redrive', 'destroy', 'function'] as const),
];
const cases = [
  ...new Set(
    permissions.flatMap(({ callers }) =>
      Object.values(callers).flatMap((when): readonly Case[] => (when === 'always' ? [] : when)),
    ),
  ),
];
const place = { account: '123456789012', region: 'ap-southeast-1', partition: 'aws' };
const names = deriveNames('orders-of-the-northern-branch', place);
const scope: Scope = {
  place,
  table: 'orders-of-the-northern-branch',
  sources: ['s3://orders-of-the-northern-branch/year=2026/', 's3://other/orders.csv'],
  topics: [`arn:aws:sns:${place.region}:${place.account}:${names.topic}`],
  pipeline: { names, bucket: names.bucket, prefix: 'import/' },
};

/**
 * Maximum characters without white space, of a managed policy and of all inline policies of a role.
 * Source: IAM User Guide, "IAM and AWS STS quotas".
 */
const [maxManagedPolicy, maxInlinePolicies] = [6_144, 10_240];

const lengthOf = (policy: Policy): number => JSON.stringify(policy).replace(/\s/g, '').length;

it.each(callers)('the policy of %s is within the size quota, with a unique Sid per statement', (caller) => {
  const policy = buildPolicy(caller, cases, scope);
  expect(lengthOf(policy)).toBeLessThanOrEqual(caller === 'function' ? maxInlinePolicies : maxManagedPolicy);
  const sids = policy.Statement.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
});

it.each(callers)(
  'the policy of %s has no wildcard action, and uses the resource * only where IAM requires it',
  (caller) => {
    const unscopedActions = permissions
      .filter(({ resource }) => resource === 'everything')
      .flatMap(({ actions }) => actions);
    for (const { Action, Resource } of buildPolicy(caller, cases, scope).Statement) {
      expect(Action.join(' ')).not.toContain('*');
      if (Resource.includes('*')) expect(unscopedActions).toEqual(expect.arrayContaining([...Action]));
    }
  },
);
