import { isDeepStrictEqual } from 'node:util';

/** A statement of a policy that stands on a resource. */
export type ResourceStatement = Readonly<Record<string, unknown>> & { readonly Sid: string };

type Statement = Readonly<Record<string, unknown>>;

interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** One statement may stand without a list. */
type Loose = Omit<Document, 'Statement'> & { readonly Statement?: Statement | Statement[] };

/** @param text JSON; undefined: there is no policy */
export function readPolicy(text: string | undefined): Document {
  if (text === undefined || text === '') return { Version: '2012-10-17', Statement: [] };
  const { Statement: found = [], ...rest } = JSON.parse(text) as Loose;
  return { ...rest, Statement: [found].flat() };
}

/** Whether a statement stands there just so. */
export function hasStatement(policy: Document, statement: ResourceStatement): boolean {
  return policy.Statement.some((one) => isDeepStrictEqual(one, statement));
}

/** The policy with these statements in place of those of the same names; what others have put there stays. */
export function withStatements(policy: Document, statements: readonly ResourceStatement[]): string {
  return JSON.stringify({ ...policy, Statement: [...othersIn(policy, statements), ...statements] });
}

/** The policy without them; undefined where nothing is left. */
export function withoutStatements(policy: Document, statements: readonly ResourceStatement[]): string | undefined {
  const left = othersIn(policy, statements);
  return left.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: left });
}

function othersIn(policy: Document, statements: readonly ResourceStatement[]): Statement[] {
  return policy.Statement.filter(({ Sid: sid }) => !statements.some((one) => one.Sid === sid));
}

/** Nobody gets in without TLS. */
export function tlsOnly(service: 's3' | 'sqs', resources: string | readonly string[]): ResourceStatement {
  return {
    Sid: 'csv2ddbTlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: `${service}:*`,
    Resource: resources,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
