import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Caller, Case } from '../../../src/pipeline/permissions/calls.ts';
import { buildPolicy } from '../../../src/pipeline/permissions/build-policy.ts';
import { formatPolicy } from '../../../src/pipeline/permissions/policy.ts';
import type { Scope } from '../../../src/pipeline/permissions/scope.ts';
import { deriveNames } from '../../../src/pipeline/names.ts';

const place = { account: '123456789012', region: 'eu-west-1', partition: 'aws' };
const scope: Scope = {
  place,
  table: 'people',
  sources: ['s3://example-bucket/people.csv'],
  topics: ['arn:aws:sns:eu-west-1:123456789012:loads'],
  pipeline: {
    names: { ...deriveNames(undefined, place), queue: 'example-imports' },
    bucket: 'example-imports',
    prefix: 'import/',
  },
};

it.each<[example: string, caller: Caller, cases: Case[]]>([
  ['worker', 'worker', ['notify']],
  ['cron', 'direct', ['s3']],
])('the policy of the example of %s is what --print-policy prints', (example, caller, cases) => {
  const text = readFileSync(new URL(`../../../examples/${example}/policy.json`, import.meta.url), 'utf8');
  expect(JSON.parse(text)).toEqual(JSON.parse(formatPolicy(buildPolicy(caller, cases, scope))));
});
