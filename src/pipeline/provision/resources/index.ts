import { descriptionName } from '../../description.ts';
import { defaultSettingsName } from '../../bucket/keys.ts';
import type { Clients } from '../clients.ts';
import { kinds, type Desired, type Kind, type Resource, type ResourceOptions } from '../resource.ts';
import { resourceNames, type Location, type Spec } from '../spec.ts';
import { alarmResource, desiredAlarm } from './alarm.ts';
import { bucketResource, desiredBucket } from './bucket.ts';
import { desiredFunction, functionResource } from './function.ts';
import { desiredLogGroup, logGroupResource } from './log-group.ts';
import { desiredMapping, mappingResource } from './mapping.ts';
import { desiredNotification, notificationResource } from './notification.ts';
import { desiredDefaultSettings, desiredDescription, objectResource } from './object.ts';
import { desiredDeadLetterQueue, desiredQueue, queueResource } from './queue.ts';
import { desiredRole, roleResource } from './role.ts';
import { desiredTable, tableResource } from './table.ts';
import { desiredTopic, topicResource } from './topic.ts';

type Open = (at: Location, clients: Clients, options: ResourceOptions) => Resource;
/** @returns undefined if a pipeline of this spec has no such resource */
type Desire = (spec: Spec) => Omit<Desired, 'kind' | 'name'> | undefined;

const definitions: Readonly<Record<Kind, readonly [Desire, Open]>> = {
  topic: [desiredTopic, topicResource],
  bucket: [desiredBucket, bucketResource],
  description: [desiredDescription, (at, clients) => objectResource(descriptionName, at, clients)],
  'default settings': [desiredDefaultSettings, (at, clients) => objectResource(defaultSettingsName, at, clients)],
  'dead-letter queue': [desiredDeadLetterQueue, (at, clients) => queueResource('dead-letter queue', at, clients)],
  queue: [desiredQueue, (at, clients) => queueResource('queue', at, clients)],
  table: [desiredTable, tableResource],
  notification: [desiredNotification, notificationResource],
  'log group': [desiredLogGroup, logGroupResource],
  role: [desiredRole, roleResource],
  function: [desiredFunction, functionResource],
  'event source mapping': [desiredMapping, mappingResource],
  alarm: [desiredAlarm, alarmResource],
};

/** Returns the desired state of all resources, in the order in which they are made. Pure. */
export function desiredState(spec: Spec): readonly Desired[] {
  const names = resourceNames(spec);
  return kinds.flatMap((kind) => {
    const [desire] = definitions[kind];
    const desired = desire(spec);
    return desired === undefined ? [] : [{ kind, name: names[kind], ...desired }];
  });
}

export type Resources = Readonly<Record<Kind, Resource>>;

/** What can be done with each resource of a pipeline. */
export function resourcesOf(at: Location, clients: Clients, options: ResourceOptions = {}): Resources {
  const opened = kinds.map((kind) => {
    const [, open] = definitions[kind];
    return [kind, open(at, clients, options)];
  });
  return Object.fromEntries(opened) as Resources;
}
