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
export function roleResource({ names }: Location, { iam }: Clients): Resource {
  const name = names.role;
  const ask = askAbout(iam, `role ${name}`);
  const inline = { RoleName: name, PolicyName: policyName };
  const putPolicy = ({ policy }: Properties) =>
    ask('iam:PutRolePolicy', new PutRolePolicyCommand({ ...inline, PolicyDocument: JSON.stringify(policy) }));
  const deletePolicy = () => ask('iam:DeleteRolePolicy', new DeleteRolePolicyCommand(inline), { absent });
  return {
    async read() {
      const role = (await ask('iam:GetRole', new GetRoleCommand({ RoleName: name }), { absent }))?.Role;
      if (role === undefined) return undefined;
      const policy = (await ask('iam:GetRolePolicy', new GetRolePolicyCommand(inline), { absent }))?.PolicyDocument;
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
      await ask('iam:CreateRole', command);
      await putPolicy(properties);
    },
    async change(properties, changed) {
      if (changed.has('trust')) {
        const document = JSON.stringify(properties['trust']);
        const command = new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: document });
        await ask('iam:UpdateAssumeRolePolicy', command);
      }
      if (changed.has('policy')) await putPolicy(properties);
    },
    adopt: () => ask('iam:TagRole', new TagRoleCommand({ RoleName: name, Tags: tagList(names.base, 'adopted') })),
    async delete() {
      await deletePolicy();
      await ask('iam:DeleteRole', new DeleteRoleCommand({ RoleName: name }), { absent });
    },
    async release() {
      await deletePolicy();
      await ask('iam:UntagRole', new UntagRoleCommand({ RoleName: name, TagKeys: [names.base] }), { absent });
    },
  };
}

/** IAM gives documents as URLs have them. */
function readDocument(text: string | undefined): Json {
  return text === undefined ? null : (JSON.parse(decodeURIComponent(text)) as Json);
}
