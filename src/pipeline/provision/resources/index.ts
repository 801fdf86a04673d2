import { descriptionName } from '../../description.ts';
import { defaultSettingsName } from '../../bucket/keys.ts';
import type { Clients } from '../clients.ts';
import type { Kind, Part } from '../resource.ts';
import type { Whereabouts } from '../location.ts';
import { alarmPart } from './alarm.ts';
import { bucketPart } from './bucket.ts';
import { functionPart } from './function.ts';
import { logGroupPart } from './log-group.ts';
import { mappingPart } from './mapping.ts';
import { notificationPart } from './notification.ts';
import { objectPart } from './object.ts';
import { queuePart } from './queue.ts';
import { rolePart } from './role.ts';
import { tablePart } from './table.ts';
import { topicPart } from './topic.ts';

export interface PartsOptions {
  /** The function's package. */
  readonly zip: () => Promise<Uint8Array>;
  /** Of the topic: whom it is to write to. */
  readonly email: string | undefined;
}

/** What can be done with each part of a pipeline. */
export function partsOf(where: Whereabouts, clients: Clients, { zip, email }: PartsOptions): ReadonlyMap<Kind, Part> {
  const parts: Record<Kind, Part> = {
    topic: topicPart(where, clients, email),
    bucket: bucketPart(where, clients),
    'dead-letter queue': queuePart('dead-letter queue', where, clients),
    queue: queuePart('queue', where, clients),
    table: tablePart(where, clients),
    'default settings': objectPart(defaultSettingsName, where, clients),
    description: objectPart(descriptionName, where, clients),
    notification: notificationPart(where, clients),
    'log group': logGroupPart(where, clients),
    role: rolePart(where, clients),
    function: functionPart(where, clients, zip),
    'event source mapping': mappingPart(where, clients),
    alarm: alarmPart(where, clients),
  };
  return new Map(Object.entries(parts) as [Kind, Part][]);
}
