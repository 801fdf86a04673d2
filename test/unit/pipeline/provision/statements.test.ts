import { expect, it } from 'vitest';
import {
  hasStatement,
  readPolicy,
  tlsOnly,
  withoutStatements,
  withStatements,
} from '../../../../src/pipeline/provision/resources/statements.ts';

const tls = tlsOnly('sqs', 'arn:aws:sqs:us-east-1:123456789012:q');
const theirs = { Sid: 'Theirs', Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
const policy = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

it.each([undefined, ''])('a policy that is not there (%s) gets ours', (text) => {
  const made = withStatements(readPolicy(text), [tls]);
  expect(made).toBe(policy(tls));
  expect(hasStatement(readPolicy(made), tls)).toBe(true);
});

it('what others have put there stays, before ours', () => {
  expect(withStatements(readPolicy(policy(theirs)), [tls])).toBe(policy(theirs, tls));
});

it('ours takes the place of what it was before', () => {
  const old = { ...tls, Resource: 'another' };
  expect(hasStatement(readPolicy(policy(old)), tls)).toBe(false);
  expect(withStatements(readPolicy(policy(old, theirs)), [tls])).toBe(policy(theirs, tls));
});

it('a single statement may stand without a list, and statements without names', () => {
  const nameless = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
  const text = JSON.stringify({ Version: '2008-10-17', Statement: nameless });
  expect(JSON.parse(withStatements(readPolicy(text), [tls]))).toEqual({
    Version: '2008-10-17',
    Statement: [nameless, tls],
  });
});

it('other parts of a policy stay', () => {
  const text = JSON.stringify({ Version: '2012-10-17', Id: 'x', Statement: [theirs] });
  expect(JSON.parse(withStatements(readPolicy(text), [tls]))).toMatchObject({ Id: 'x' });
});

it('ours are taken out again, and a policy that has nothing else goes', () => {
  expect(withoutStatements(readPolicy(policy(theirs, tls)), [tls])).toBe(policy(theirs));
  expect(withoutStatements(readPolicy(policy(tls)), [tls])).toBeUndefined();
});
