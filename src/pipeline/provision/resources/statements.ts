import { isDeepStrictEqual } from 'node:util';

/** A statement of a resource-based policy. */
export type ResourceStatement = Readonly<Record<string, unknown>> & { readonly Sid: string };

type PolicyStatement = Readonly<Record<string, unknown>>;

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

/** A policy with a single statement may contain it without an array. */
type ParsedPolicy = Omit<PolicyDocument, 'Statement'> & { readonly Statement?: PolicyStatement | PolicyStatement[] };

/** @param text JSON; undefined or empty if there is no policy */
export function parsePolicy(text: string | undefined): PolicyDocument {
  if (text === undefined || text === '') return { Version: '2012-10-17', Statement: [] };
  const { Statement: found = [], ...rest } = JSON.parse(text) as ParsedPolicy;
  return { ...rest, Statement: [found].flat() };
}

/** Whether the policy contains exactly this statement. */
export function hasStatement(policy: PolicyDocument, statement: ResourceStatement): boolean {
  return policy.Statement.some((one) => isDeepStrictEqual(one, statement));
}

/** Adds statements to a policy. Replaces those with the same Sid, and keeps the others. */
export function addStatements(policy: PolicyDocument, statements: readonly ResourceStatement[]): string {
  return JSON.stringify({ ...policy, Statement: [...filterOthers(policy, statements), ...statements] });
}

/** Removes statements from a policy. Returns undefined if no statement remains. */
export function removeStatements(policy: PolicyDocument, statements: readonly ResourceStatement[]): string | undefined {
  const left = filterOthers(policy, statements);
  return left.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: left });
}

function filterOthers(policy: PolicyDocument, statements: readonly ResourceStatement[]): PolicyStatement[] {
  return policy.Statement.filter(({ Sid: sid }) => !statements.some((one) => one.Sid === sid));
}

/** Denies access without TLS. */
export function requireTls(service: 's3' | 'sqs', resources: string | readonly string[]): ResourceStatement {
  return {
    Sid: 'csv2ddbTlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: `${service}:*`,
    Resource: resources,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
