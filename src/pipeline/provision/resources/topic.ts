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
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Definition, ResourceHandlerOptions, Properties, ResourceHandler } from '../resource.ts';
import { topicArn } from '../../arns.ts';
import { hasTopic, type Location, type Spec } from '../spec.ts';
import { findOwnership, tagList } from './tags.ts';

const ignore = ['NotFoundException', 'NotFound', 'ResourceNotFoundException'];

export function defineTopic(spec: Spec): Definition | undefined {
  return hasTopic(spec) ? { properties: { email: spec.settings.email ?? null } } : undefined;
}

/** The topic receives the outcome of jobs and the alarm for dead letters. */
export function makeTopicHandler(
  { names: { topic, base }, place }: Location,
  { sns }: Clients,
  { email }: ResourceHandlerOptions,
): ResourceHandler {
  const arn = topicArn(place, topic);
  const send = makeSender(sns, `topic ${topic}`);
  const subscribe = async ({ email: address }: Properties): Promise<void> => {
    if (typeof address !== 'string') return;
    const command = new SubscribeCommand({ TopicArn: arn, Protocol: 'email', Endpoint: address });
    await send('sns:Subscribe', command);
  };
  const isSubscribed = async (address: string): Promise<boolean> => {
    for (let token: string | undefined; ;) {
      const command = new ListSubscriptionsByTopicCommand({ TopicArn: arn, NextToken: token });
      const page = await send('sns:ListSubscriptionsByTopic', command);
      if (page.Subscriptions?.some((one) => one.Protocol === 'email' && one.Endpoint === address) === true) return true;
      token = page.NextToken;
      if (token === undefined) return false;
    }
  };
  return {
    async read() {
      const getAttributes = new GetTopicAttributesCommand({ TopicArn: arn });
      if ((await send('sns:GetTopicAttributes', getAttributes, { ignore })) === undefined) return undefined;
      const listTags = new ListTagsForResourceCommand({ ResourceArn: arn });
      const { Tags: tags } = await send('sns:ListTagsForResource', listTags);
      // Other subscriptions are kept.
      const hasEmail = email !== undefined && (await isSubscribed(email));
      return { ownership: findOwnership(base, tags), properties: { email: hasEmail ? email : null } };
    },
    async create(properties) {
      const command = new CreateTopicCommand({ Name: topic, Tags: tagList(base, 'made') });
      await send('sns:CreateTopic', command);
      await subscribe(properties);
    },
    change: subscribe,
    adopt: () => send('sns:TagResource', new TagResourceCommand({ ResourceArn: arn, Tags: tagList(base, 'adopted') })),
    delete: () => send('sns:DeleteTopic', new DeleteTopicCommand({ TopicArn: arn }), { ignore }),
    release: () =>
      send('sns:UntagResource', new UntagResourceCommand({ ResourceArn: arn, TagKeys: [base] }), { ignore }),
  };
}
