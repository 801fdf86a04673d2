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
import type { Json, Part, Properties } from '../resource.ts';
import type { Whereabouts } from '../location.ts';
import { markIn, tagList } from './tags.ts';

const absent = ['NoSuchEntityException', 'NoSuchEntity'];
/** Of the policy that stands inside the role. */
const policyName = 'csv2ddb';

/** What the function may do: exactly what it needs. */
export function rolePart({ names }: Whereabouts, { iam }: Pick<Clients, 'iam'>): Part {
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
    async remove(mark) {
      const policy = new DeleteRolePolicyCommand({ RoleName: name, PolicyName: policyName });
      await ask('iam:DeleteRolePolicy', () => iam.send(policy), absent);
      if (mark === 'made') {
        await ask('iam:DeleteRole', () => iam.send(new DeleteRoleCommand({ RoleName: name })), absent);
      } else {
        const command = new UntagRoleCommand({ RoleName: name, TagKeys: [names.base] });
        await ask('iam:UntagRole', () => iam.send(command), absent);
      }
    },
  };
}

/** IAM gives documents as URLs have them. */
function readDocument(text: string | undefined): Json {
  return text === undefined ? null : (JSON.parse(decodeURIComponent(text)) as Json);
}
