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
export function logGroupResource({ names, place }: Location, { logs }: Clients): Resource {
  const name = names.logGroup;
  const arn = logGroupArn(place, name);
  const ask = askAbout(logs, `log group ${name}`);
  const keep: Resource['create'] = (properties) => {
    const retentionInDays = Number(properties['kept for days']);
    return ask('logs:PutRetentionPolicy', new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
  };
  return {
    async read() {
      const describe = new DescribeLogGroupsCommand({ logGroupNamePrefix: name });
      const { logGroups: groups = [] } = await ask('logs:DescribeLogGroups', describe);
      const group = groups.find(({ logGroupName }) => logGroupName === name);
      if (group === undefined) return undefined;
      const { tags } = await ask('logs:ListTagsForResource', new ListTagsForResourceCommand({ resourceArn: arn }));
      return { mark: markOf(tags?.[names.base]), properties: { 'kept for days': group.retentionInDays ?? null } };
    },
    async create(properties) {
      const command = new CreateLogGroupCommand({ logGroupName: name, tags: tagMap(names.base, 'made') });
      await ask('logs:CreateLogGroup', command, { absent: ['ResourceAlreadyExistsException'] });
      await keep(properties);
    },
    change: keep,
    adopt: () =>
      ask('logs:TagResource', new TagResourceCommand({ resourceArn: arn, tags: tagMap(names.base, 'adopted') })),
    delete: () => ask('logs:DeleteLogGroup', new DeleteLogGroupCommand({ logGroupName: name }), { absent }),
    release: () =>
      ask('logs:UntagResource', new UntagResourceCommand({ resourceArn: arn, tagKeys: [names.base] }), { absent }),
  };
}
