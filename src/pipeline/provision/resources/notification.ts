import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type Event,
  type NotificationConfiguration,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { askAbout } from '../aws-call.ts';
import { queueArn } from '../../arns.ts';
import type { Clients } from '../clients.ts';
import { textIn, unmarked, type Properties, type Resource } from '../resource.ts';
import type { Location, Spec } from '../spec.ts';

export function desiredNotification({ place, names, settings }: Spec) {
  const properties = {
    prefix: settings.prefix,
    suffix: settings.suffix ?? null,
    queue: queueArn(place, names.queue),
    events: ['s3:ObjectCreated:*'],
  };
  return { properties };
}

/** What the bucket sends to the queue; what others have it send stays. */
export function notificationResource({ bucket, names, place }: Location, { s3 }: Clients): Resource {
  const ask = askAbout(s3, `the notifications of bucket ${bucket}`);
  const at = { Bucket: bucket, ExpectedBucketOwner: place.account };
  const id = names.base;
  const all = (): Promise<NotificationConfiguration | undefined> =>
    ask('s3:GetBucketNotification', new GetBucketNotificationConfigurationCommand(at), { absent: ['NoSuchBucket'] });
  /** All are put at once: none of the others may be missing. */
  const put = (before: NotificationConfiguration, ours: readonly QueueConfiguration[]): Promise<unknown> => {
    const theirs = (before.QueueConfigurations ?? []).filter(({ Id }) => Id !== id);
    const configuration = { ...before, QueueConfigurations: [...theirs, ...ours] };
    const command = new PutBucketNotificationConfigurationCommand({ ...at, NotificationConfiguration: configuration });
    // S3 asks the queue, whose policy may not be known everywhere yet.
    return ask('s3:PutBucketNotification', command, { retryOn: /validate the following destination/i });
  };
  const change: Resource['create'] = async (properties) => put((await all()) ?? {}, [configurationFor(id, properties)]);

  return {
    async read() {
      const ours = (await all())?.QueueConfigurations?.find(({ Id }) => Id === id);
      return ours === undefined ? undefined : { mark: 'made', properties: readConfiguration(ours) };
    },
    create: change,
    change,
    ...unmarked,
    async delete() {
      const before = await all();
      if (before?.QueueConfigurations?.some(({ Id }) => Id === id) === true) await put(before, []);
    },
  };
}

function readConfiguration({ QueueArn: queue, Events: events, Filter: filter }: QueueConfiguration): Properties {
  const rules = filter?.Key?.FilterRules ?? [];
  const valueOf = (name: string): string | null =>
    rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? null;
  return { prefix: valueOf('prefix'), suffix: valueOf('suffix'), queue: queue ?? '', events: [...(events ?? [])] };
}

function configurationFor(id: string, properties: Properties): QueueConfiguration {
  return {
    Id: id,
    QueueArn: textIn(properties, 'queue'),
    Events: properties['events'] as Event[],
    Filter: {
      Key: {
        FilterRules: [
          { Name: 'prefix', Value: textIn(properties, 'prefix') },
          ...(properties['suffix'] === null ? [] : [{ Name: 'suffix' as const, Value: textIn(properties, 'suffix') }]),
        ],
      },
    },
  };
}
