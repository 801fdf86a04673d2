import { descriptionName } from '../../description.ts';
import { defaultSettingsName } from '../../bucket/keys.ts';
import type { Clients } from '../clients.ts';
import type { Kind, Resource } from '../resource.ts';
import type { Location } from '../spec.ts';
import { alarmResource } from './alarm.ts';
import { bucketResource } from './bucket.ts';
import { functionResource } from './function.ts';
import { logGroupResource } from './log-group.ts';
import { mappingResource } from './mapping.ts';
import { notificationResource } from './notification.ts';
import { objectResource } from './object.ts';
import { queueResource } from './queue.ts';
import { roleResource } from './role.ts';
import { tableResource } from './table.ts';
import { topicResource } from './topic.ts';

export interface ResourceOptions {
  /** The function's package. */
  readonly zip: () => Promise<Uint8Array>;
  /** Of the topic: whom it is to write to. */
  readonly email: string | undefined;
}

export type Resources = Readonly<Record<Kind, Resource>>;

/** What can be done with each resource of a pipeline. */
export function resourcesOf(at: Location, clients: Clients, { zip, email }: ResourceOptions): Resources {
  return {
    topic: topicResource(at, clients, email),
    bucket: bucketResource(at, clients),
    'dead-letter queue': queueResource('dead-letter queue', at, clients),
    queue: queueResource('queue', at, clients),
    table: tableResource(at, clients),
    'default settings': objectResource(defaultSettingsName, at, clients),
    description: objectResource(descriptionName, at, clients),
    notification: notificationResource(at, clients),
    'log group': logGroupResource(at, clients),
    role: roleResource(at, clients),
    function: functionResource(at, clients, zip),
    'event source mapping': mappingResource(at, clients),
    alarm: alarmResource(at, clients),
  };
}
