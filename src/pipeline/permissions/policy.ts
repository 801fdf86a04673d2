/** A statement of an identity-based IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Formats a policy for `--print-policy`. */
export function formatPolicy(policy: Policy): string {
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}
