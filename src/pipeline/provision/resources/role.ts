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
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Definition, Json, Properties, ResourceHandler } from '../resource.ts';
import { resolveNotifyTopic, type Location, type Spec } from '../spec.ts';
import { buildPolicy } from '../../permissions/build-policy.ts';
import { findOwnership, tagList } from './tags.ts';

const ignore = ['NoSuchEntityException', 'NoSuchEntity'];
/** Name of the inline policy. */
const policyName = 'csv2ddb';

const trustPolicy: Json = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

export function defineRole(spec: Spec): Definition | undefined {
  const { place, names, bucket, settings } = spec;
  if (!settings.hasFunction) return undefined;
  const notify = resolveNotifyTopic(spec);
  const policy = buildPolicy('function', notify === undefined ? [] : ['notify'], {
    place,
    table: settings.table,
    sources: [],
    topics: notify === undefined ? [] : [notify],
    pipeline: { names, bucket, prefix: settings.prefix },
  });
  return { properties: { trust: trustPolicy, policy: policy as unknown as Json } };
}

/** The execution role of the function, with least privilege. */
export function makeRoleHandler({ names }: Location, { iam }: Clients): ResourceHandler {
  const { role: name, base } = names;
  const send = makeSender(iam, `role ${name}`);
  const inlinePolicy = { RoleName: name, PolicyName: policyName };
  const putPolicy = ({ policy }: Properties) =>
    send('iam:PutRolePolicy', new PutRolePolicyCommand({ ...inlinePolicy, PolicyDocument: JSON.stringify(policy) }));
  const deletePolicy = () => send('iam:DeleteRolePolicy', new DeleteRolePolicyCommand(inlinePolicy), { ignore });
  return {
    async read() {
      const role = (await send('iam:GetRole', new GetRoleCommand({ RoleName: name }), { ignore }))?.Role;
      if (role === undefined) return undefined;
      const policy = await send('iam:GetRolePolicy', new GetRolePolicyCommand(inlinePolicy), { ignore });
      return {
        ownership: findOwnership(base, role.Tags),
        properties: {
          trust: parseDocument(role.AssumeRolePolicyDocument),
          policy: parseDocument(policy?.PolicyDocument),
        },
      };
    },
    async create(properties) {
      const command = new CreateRoleCommand({
        RoleName: name,
        Description: 'Permissions of the csv2ddb function',
        AssumeRolePolicyDocument: JSON.stringify(properties['trust']),
        Tags: tagList(base, 'made'),
      });
      await send('iam:CreateRole', command);
      await putPolicy(properties);
    },
    async change(properties, changed) {
      if (changed.has('trust')) {
        const document = JSON.stringify(properties['trust']);
        const command = new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: document });
        await send('iam:UpdateAssumeRolePolicy', command);
      }
      if (changed.has('policy')) await putPolicy(properties);
    },
    adopt: () => send('iam:TagRole', new TagRoleCommand({ RoleName: name, Tags: tagList(base, 'adopted') })),
    async delete() {
      await deletePolicy();
      await send('iam:DeleteRole', new DeleteRoleCommand({ RoleName: name }), { ignore });
    },
    async release() {
      await deletePolicy();
      await send('iam:UntagRole', new UntagRoleCommand({ RoleName: name, TagKeys: [base] }), { ignore });
    },
  };
}

/** IAM returns policy documents URL-encoded. */
function parseDocument(text: string | undefined): Json {
  return text === undefined ? null : (JSON.parse(decodeURIComponent(text)) as Json);
}
