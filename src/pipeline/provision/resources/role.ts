import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Json, Resource, Properties } from '../resource.ts';
import { notifyOf, type Location, type Spec } from '../spec.ts';
import { neededBy } from '../../permissions/needed.ts';
import { markIn, tagList } from './tags.ts';

const absent = ['NoSuchEntityException', 'NoSuchEntity'];
/** Of the policy that stands inside the role. */
const policyName = 'csv2ddb';

const trustPolicy: Json = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

export function desiredRole(spec: Spec) {
  const { place, names, bucket, settings } = spec;
  if (!settings.hasFunction) return undefined;
  const notify = notifyOf(spec);
  const policy = neededBy('function', notify === undefined ? [] : ['notify'], {
    place,
    table: settings.table,
    sources: [],
    topics: notify === undefined ? [] : [notify],
    pipeline: { names, bucket, prefix: settings.prefix },
  });
  return { properties: { trust: trustPolicy, policy: policy as unknown as Json } };
}

/** What the function may do: exactly what it needs. */
export function roleResource({ names }: Location, { iam }: Pick<Clients, 'iam'>): Resource {
  const name = names.role;
  const ask = askAbout(`role ${name}`);
  const putPolicy = async ({ policy }: Properties): Promise<void> => {
    const command = new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: policyName,
      PolicyDocument: JSON.stringify(policy),
    });
    await ask('iam:PutRolePolicy', () => iam.send(command));
  };
  const deletePolicy = async (): Promise<void> => {
    const command = new DeleteRolePolicyCommand({ RoleName: name, PolicyName: policyName });
    await ask('iam:DeleteRolePolicy', () => iam.send(command), absent);
  };
  return {
    async read() {
      const role = (await ask('iam:GetRole', () => iam.send(new GetRoleCommand({ RoleName: name })), absent))?.Role;
      if (role === undefined) return undefined;
      const get = () => iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: policyName }));
      const policy = (await ask('iam:GetRolePolicy', get, absent))?.PolicyDocument;
      return {
        mark: markIn(names.base, role.Tags),
        properties: { trust: readDocument(role.AssumeRolePolicyDocument), policy: readDocument(policy) },
      };
    },
    async create(properties) {
      const command = new CreateRoleCommand({
        RoleName: name,
        Description: 'What the function of csv2ddb may do',
        AssumeRolePolicyDocument: JSON.stringify(properties['trust']),
        Tags: tagList(names.base, 'made'),
      });
      await ask('iam:CreateRole', () => iam.send(command));
      await putPolicy(properties);
    },
    async change(properties, changed) {
      if (changed.has('trust')) {
        const command = new UpdateAssumeRolePolicyCommand({
          RoleName: name,
          PolicyDocument: JSON.stringify(properties['trust']),
        });
        await ask('iam:UpdateAssumeRolePolicy', () => iam.send(command));
      }
      if (changed.has('policy')) await putPolicy(properties);
    },
    async adopt() {
      await ask('iam:TagRole', () =>
        iam.send(new TagRoleCommand({ RoleName: name, Tags: tagList(names.base, 'adopted') })),
      );
    },
    async delete() {
      await deletePolicy();
      await ask('iam:DeleteRole', () => iam.send(new DeleteRoleCommand({ RoleName: name })), absent);
    },
    async release() {
      await deletePolicy();
      await ask(
        'iam:UntagRole',
        () => iam.send(new UntagRoleCommand({ RoleName: name, TagKeys: [names.base] })),
        absent,
      );
    },
  };
}

/** IAM gives documents as URLs have them. */
function readDocument(text: string | undefined): Json {
  return text === undefined ? null : (JSON.parse(decodeURIComponent(text)) as Json);
}
