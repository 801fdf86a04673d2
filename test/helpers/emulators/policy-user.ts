import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
} from '@aws-sdk/client-iam';
import type { Policy } from '../../../src/pipeline/permissions/policy.ts';
import type { TestCredentials } from './aws-clients.ts';
import type { Ministack } from './ministack.ts';

let users = 0;

/**
 * Creates a user with only the permissions of the policy, in a ministack that enforces policies. It attaches a managed
 * policy, because an inline policy of a user is limited to 2,048 characters.
 */
export async function createUserWithPolicy({ iam }: Ministack, policy: Policy): Promise<TestCredentials> {
  const UserName = `tester-${process.pid}-${++users}`;
  await iam.send(new CreateUserCommand({ UserName }));
  const { Policy: made } = await iam.send(
    new CreatePolicyCommand({ PolicyName: UserName, PolicyDocument: JSON.stringify(policy) }),
  );
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: made?.Arn }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  if (AccessKey?.AccessKeyId === undefined || AccessKey.SecretAccessKey === undefined) {
    throw new Error(`user ${UserName} has no access key`);
  }
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

/** Returns the policy without one action. */
export function removeAction(action: string, policy: Policy): Policy {
  return {
    ...policy,
    Statement: policy.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((one) => one !== action),
    })).filter(({ Action }) => Action.length > 0),
  };
}

/** Returns the actions that a policy allows, sorted and without duplicates. */
export function listActions({ Statement }: Policy): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}
