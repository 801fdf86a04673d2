import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Resource } from '../resource.ts';
import { logGroupArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { markOf, tagMap } from './tags.ts';

const absent = ['ResourceNotFoundException'];
const keptDays = 30;

export function desiredLogGroup({ settings }: Spec) {
  return settings.hasFunction ? { properties: { 'kept for days': keptDays } } : undefined;
}

/** Where the function's log goes; made before it, or it would be kept for ever. */
export function logGroupResource({ names, place }: Location, { logs }: Pick<Clients, 'logs'>): Resource {
  const name = names.logGroup;
  const arn = logGroupArn(place, name);
  const ask = askAbout(`log group ${name}`);
  const keep: Resource['change'] = async (properties) => {
    const command = new PutRetentionPolicyCommand({
      logGroupName: name,
      retentionInDays: Number(properties['kept for days']),
    });
    await ask('logs:PutRetentionPolicy', () => logs.send(command));
  };
  return {
    async read() {
      const get = () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      const { logGroups: groups = [] } = await ask('logs:DescribeLogGroups', get);
      const group = groups.find(({ logGroupName }) => logGroupName === name);
      if (group === undefined) return undefined;
      const getTags = () => logs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
      const { tags } = await ask('logs:ListTagsForResource', getTags);
      return { mark: markOf(tags?.[names.base]), properties: { 'kept for days': group.retentionInDays ?? null } };
    },
    async create(properties) {
      const command = new CreateLogGroupCommand({ logGroupName: name, tags: tagMap(names.base, 'made') });
      await ask('logs:CreateLogGroup', () => logs.send(command), ['ResourceAlreadyExistsException']);
      await keep(properties, new Set());
    },
    change: keep,
    async adopt() {
      const command = new TagResourceCommand({ resourceArn: arn, tags: tagMap(names.base, 'adopted') });
      await ask('logs:TagResource', () => logs.send(command));
    },
    async delete() {
      await ask('logs:DeleteLogGroup', () => logs.send(new DeleteLogGroupCommand({ logGroupName: name })), absent);
    },
    async release() {
      const command = new UntagResourceCommand({ resourceArn: arn, tagKeys: [names.base] });
      await ask('logs:UntagResource', () => logs.send(command), absent);
    },
  };
}
