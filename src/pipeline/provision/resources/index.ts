import { descriptionKey } from '../../description.ts';
import { defaultSettingsKey } from '../../bucket/keys.ts';
import type { Clients } from '../clients.ts';
import {
  kinds,
  type Definition,
  type DesiredState,
  type ResourceHandlerOptions,
  type Kind,
  type ResourceHandler,
} from '../resource.ts';
import { nameResources, type Location, type Spec } from '../spec.ts';
import { defineAlarm, makeAlarmHandler } from './alarm.ts';
import { defineBucket, makeBucketHandler } from './bucket.ts';
import { defineFunction, makeFunctionHandler } from './function.ts';
import { defineLogGroup, makeLogGroupHandler } from './log-group.ts';
import { defineMapping, makeMappingHandler } from './mapping.ts';
import { defineNotification, makeNotificationHandler } from './notification.ts';
import { defineDefaultSettings, defineDescription, makeObjectHandler } from './object.ts';
import { defineDeadLetterQueue, defineQueue, makeQueueHandler } from './queue.ts';
import { defineRole, makeRoleHandler } from './role.ts';
import { defineTable, makeTableHandler } from './table.ts';
import { defineTopic, makeTopicHandler } from './topic.ts';

type MakeHandler = (location: Location, clients: Clients, options: ResourceHandlerOptions) => ResourceHandler;
/** Returns undefined if the pipeline does not need the resource. */
type Define = (spec: Spec) => Definition | undefined;

const resources: Readonly<Record<Kind, readonly [Define, MakeHandler]>> = {
  topic: [defineTopic, makeTopicHandler],
  bucket: [defineBucket, makeBucketHandler],
  description: [defineDescription, (at, clients) => makeObjectHandler(descriptionKey, at, clients)],
  'default settings': [defineDefaultSettings, (at, clients) => makeObjectHandler(defaultSettingsKey, at, clients)],
  'dead-letter queue': [defineDeadLetterQueue, (at, clients) => makeQueueHandler('dead-letter queue', at, clients)],
  queue: [defineQueue, (at, clients) => makeQueueHandler('queue', at, clients)],
  table: [defineTable, makeTableHandler],
  notification: [defineNotification, makeNotificationHandler],
  'log group': [defineLogGroup, makeLogGroupHandler],
  role: [defineRole, makeRoleHandler],
  function: [defineFunction, makeFunctionHandler],
  'event source mapping': [defineMapping, makeMappingHandler],
  alarm: [defineAlarm, makeAlarmHandler],
};

/** Returns the desired state of all resources, in order of creation. Pure. */
export function buildDesiredState(spec: Spec): readonly DesiredState[] {
  const names = nameResources(spec);
  return kinds.flatMap((kind) => {
    const [define] = resources[kind];
    const definition = define(spec);
    return definition === undefined ? [] : [{ kind, name: names[kind], ...definition }];
  });
}

export type ResourceHandlers = Readonly<Record<Kind, ResourceHandler>>;

export function makeHandlers(
  location: Location,
  clients: Clients,
  options: ResourceHandlerOptions = {},
): ResourceHandlers {
  const handlers = kinds.map((kind) => {
    const [, makeHandler] = resources[kind];
    return [kind, makeHandler(location, clients, options)];
  });
  return Object.fromEntries(handlers) as ResourceHandlers;
}
