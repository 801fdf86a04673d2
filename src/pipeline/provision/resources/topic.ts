import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  SubscribeCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Properties, Resource, ResourceOptions } from '../resource.ts';
import { topicArn } from '../../arns.ts';
import { hasTopic, type Location, type Spec } from '../spec.ts';
import { markIn, tagList } from './tags.ts';

const absent = ['NotFoundException', 'NotFound', 'ResourceNotFoundException'];

export function desiredTopic(spec: Spec) {
  return hasTopic(spec) ? { properties: { email: spec.settings.email ?? null } } : undefined;
}

/**
 * Who is told how jobs end, and of dead letters.
 * @param email address to look for among those that are subscribed; it has to be confirmed by whoever reads there.
 */
export function topicResource({ names, place }: Location, { sns }: Clients, { email }: ResourceOptions): Resource {
  const arn = topicArn(place, names.topic);
  const ask = askAbout(sns, `topic ${names.topic}`);
  const subscribe = async ({ email: address }: Properties): Promise<void> => {
    if (typeof address !== 'string') return;
    const command = new SubscribeCommand({ TopicArn: arn, Protocol: 'email', Endpoint: address });
    await ask('sns:Subscribe', command);
  };
  const isSubscribed = async (address: string): Promise<boolean> => {
    for (let token: string | undefined; ;) {
      const command = new ListSubscriptionsByTopicCommand({ TopicArn: arn, NextToken: token });
      const page = await ask('sns:ListSubscriptionsByTopic', command);
      if (page.Subscriptions?.some((one) => one.Protocol === 'email' && one.Endpoint === address) === true) return true;
      token = page.NextToken;
      if (token === undefined) return false;
    }
  };
  return {
    async read() {
      const getAttributes = new GetTopicAttributesCommand({ TopicArn: arn });
      if ((await ask('sns:GetTopicAttributes', getAttributes, { absent })) === undefined) return undefined;
      const { Tags: tags } = await ask('sns:ListTagsForResource', new ListTagsForResourceCommand({ ResourceArn: arn }));
      // Others may be subscribed, too: they stay.
      const isThere = email !== undefined && (await isSubscribed(email));
      return { mark: markIn(names.base, tags), properties: { email: isThere ? email : null } };
    },
    async create(properties) {
      const command = new CreateTopicCommand({ Name: names.topic, Tags: tagList(names.base, 'made') });
      await ask('sns:CreateTopic', command);
      await subscribe(properties);
    },
    change: subscribe,
    adopt: () =>
      ask('sns:TagResource', new TagResourceCommand({ ResourceArn: arn, Tags: tagList(names.base, 'adopted') })),
    delete: () => ask('sns:DeleteTopic', new DeleteTopicCommand({ TopicArn: arn }), { absent }),
    release: () =>
      ask('sns:UntagResource', new UntagResourceCommand({ ResourceArn: arn, TagKeys: [names.base] }), { absent }),
  };
}
