import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Definition, ResourceHandler } from '../resource.ts';
import { logGroupArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { parseOwnership, tagMap } from './tags.ts';

const ignore = ['ResourceNotFoundException'];
const retentionDays = 30;

export function defineLogGroup({ settings }: Spec): Definition | undefined {
  return settings.hasFunction ? { properties: { 'retention days': retentionDays } } : undefined;
}

/** The function's log group. Lambda would create it without a retention period. */
export function makeLogGroupHandler({ names, place }: Location, { logs }: Clients): ResourceHandler {
  const { logGroup: name, base } = names;
  const arn = logGroupArn(place, name);
  const send = makeSender(logs, `log group ${name}`);
  const putRetention: ResourceHandler['create'] = (properties) => {
    const retentionInDays = Number(properties['retention days']);
    return send('logs:PutRetentionPolicy', new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
  };
  return {
    async read() {
      const describe = new DescribeLogGroupsCommand({ logGroupNamePrefix: name });
      const { logGroups: groups = [] } = await send('logs:DescribeLogGroups', describe);
      const group = groups.find(({ logGroupName }) => logGroupName === name);
      if (group === undefined) return undefined;
      const { tags } = await send('logs:ListTagsForResource', new ListTagsForResourceCommand({ resourceArn: arn }));
      const properties = { 'retention days': group.retentionInDays ?? null };
      return { ownership: parseOwnership(tags?.[base]), properties };
    },
    async create(properties) {
      const command = new CreateLogGroupCommand({ logGroupName: name, tags: tagMap(base, 'made') });
      await send('logs:CreateLogGroup', command, { ignore: ['ResourceAlreadyExistsException'] });
      await putRetention(properties);
    },
    change: putRetention,
    adopt: () => send('logs:TagResource', new TagResourceCommand({ resourceArn: arn, tags: tagMap(base, 'adopted') })),
    delete: () => send('logs:DeleteLogGroup', new DeleteLogGroupCommand({ logGroupName: name }), { ignore }),
    release: () =>
      send('logs:UntagResource', new UntagResourceCommand({ resourceArn: arn, tagKeys: [base] }), { ignore }),
  };
}
