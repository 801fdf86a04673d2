import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type Event,
  type NotificationConfiguration,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { makeSender } from '../aws-call.ts';
import { queueArn } from '../../arns.ts';
import type { Clients } from '../clients.ts';
import { getText, untaggedHandler, type Definition, type Properties, type ResourceHandler } from '../resource.ts';
import type { Location, Spec } from '../spec.ts';

export function defineNotification({ place, names, settings }: Spec): Definition {
  const properties = {
    prefix: settings.prefix,
    suffix: settings.suffix ?? null,
    queue: queueArn(place, names.queue),
    events: ['s3:ObjectCreated:*'],
  };
  return { properties };
}

/** The notification from the bucket to the queue. Other notifications of the bucket are kept. */
export function makeNotificationHandler({ bucket, names, place }: Location, { s3 }: Clients): ResourceHandler {
  const send = makeSender(s3, `the notifications of bucket ${bucket}`);
  const at = { Bucket: bucket, ExpectedBucketOwner: place.account };
  const id = names.base;
  const readAll = (): Promise<NotificationConfiguration | undefined> =>
    send('s3:GetBucketNotification', new GetBucketNotificationConfigurationCommand(at), { ignore: ['NoSuchBucket'] });
  /** S3 replaces all notifications at once, so the others are written again. */
  const put = (current: NotificationConfiguration, own: readonly QueueConfiguration[]): Promise<unknown> => {
    const others = (current.QueueConfigurations ?? []).filter(({ Id }) => Id !== id);
    const configuration = { ...current, QueueConfigurations: [...others, ...own] };
    const command = new PutBucketNotificationConfigurationCommand({ ...at, NotificationConfiguration: configuration });
    // S3 validates its access to the queue, whose policy may not be propagated yet.
    return send('s3:PutBucketNotification', command, { retryOn: /validate the following destination/i });
  };
  const change: ResourceHandler['create'] = async (properties) =>
    put((await readAll()) ?? {}, [buildConfiguration(id, properties)]);

  return {
    async read() {
      const own = (await readAll())?.QueueConfigurations?.find(({ Id }) => Id === id);
      return own === undefined ? undefined : { ownership: 'made', properties: readConfiguration(own) };
    },
    create: change,
    change,
    ...untaggedHandler,
    async delete() {
      const current = await readAll();
      if (current?.QueueConfigurations?.some(({ Id }) => Id === id) === true) await put(current, []);
    },
  };
}

function readConfiguration({ QueueArn: queue, Events: events, Filter: filter }: QueueConfiguration): Properties {
  const rules = filter?.Key?.FilterRules ?? [];
  const findValue = (name: string): string | null =>
    rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? null;
  return { prefix: findValue('prefix'), suffix: findValue('suffix'), queue: queue ?? '', events: [...(events ?? [])] };
}

function buildConfiguration(id: string, properties: Properties): QueueConfiguration {
  return {
    Id: id,
    QueueArn: getText(properties, 'queue'),
    Events: properties['events'] as Event[],
    Filter: {
      Key: {
        FilterRules: [
          { Name: 'prefix', Value: getText(properties, 'prefix') },
          ...(properties['suffix'] === null ? [] : [{ Name: 'suffix' as const, Value: getText(properties, 'suffix') }]),
        ],
      },
    },
  };
}
