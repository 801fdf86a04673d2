import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import type { TestCredentials } from './aws-clients.ts';
import type { Ministack } from './ministack.ts';

let users = 0;

/** A user who may do what the policy says, and nothing else, where policies are enforced. */
export async function userWith({ iam }: Ministack, policy: string): Promise<TestCredentials> {
  const name = `user-${process.pid}-${++users}`;
  await iam.send(new CreateUserCommand({ UserName: name }));
  await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'all', PolicyDocument: policy }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  if (key?.AccessKeyId === undefined || key.SecretAccessKey === undefined) throw new Error('no access key');
  return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
}
