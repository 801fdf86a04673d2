import { expect, it } from 'vitest';
import {
  hasStatement,
  parsePolicy,
  requireTls,
  removeStatements,
  addStatements,
} from '../../../../src/pipeline/provision/resources/statements.ts';

const tls = requireTls('sqs', 'arn:aws:sqs:us-east-1:123456789012:q');
const other = { Sid: 'Other', Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
const policy = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

it.each([undefined, ''])('addStatements creates a policy if there is none (%s)', (text) => {
  const created = addStatements(parsePolicy(text), [tls]);
  expect(created).toBe(policy(tls));
  expect(hasStatement(parsePolicy(created), tls)).toBe(true);
});

it('addStatements keeps other statements before its own', () => {
  expect(addStatements(parsePolicy(policy(other)), [tls])).toBe(policy(other, tls));
});

it('addStatements replaces a statement with the same Sid', () => {
  const old = { ...tls, Resource: 'different' };
  expect(hasStatement(parsePolicy(policy(old)), tls)).toBe(false);
  expect(addStatements(parsePolicy(policy(old, other)), [tls])).toBe(policy(other, tls));
});

it('a policy may contain a single statement without an array, and statements without a Sid', () => {
  const unnamed = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
  const text = JSON.stringify({ Version: '2008-10-17', Statement: unnamed });
  expect(JSON.parse(addStatements(parsePolicy(text), [tls]))).toEqual({
    Version: '2008-10-17',
    Statement: [unnamed, tls],
  });
});

it('addStatements keeps the other elements of a policy', () => {
  const text = JSON.stringify({ Version: '2012-10-17', Id: 'x', Statement: [other] });
  expect(JSON.parse(addStatements(parsePolicy(text), [tls]))).toMatchObject({ Id: 'x' });
});

it('removeStatements keeps other statements, and returns undefined if none remain', () => {
  expect(removeStatements(parsePolicy(policy(other, tls)), [tls])).toBe(policy(other));
  expect(removeStatements(parsePolicy(policy(tls)), [tls])).toBeUndefined();
});
