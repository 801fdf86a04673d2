import { kinds, type Desired, type Kind } from './resource.ts';
import { desiredAlarm } from './resources/alarm.ts';
import { desiredBucket } from './resources/bucket.ts';
import { desiredFunction } from './resources/function.ts';
import { desiredLogGroup } from './resources/log-group.ts';
import { desiredMapping } from './resources/mapping.ts';
import { desiredNotification } from './resources/notification.ts';
import { desiredDefaultSettings, desiredDescription } from './resources/object.ts';
import { desiredDeadLetterQueue, desiredQueue } from './resources/queue.ts';
import { desiredRole } from './resources/role.ts';
import { desiredTable } from './resources/table.ts';
import { desiredTopic } from './resources/topic.ts';
import { resourceNames, type Spec } from './spec.ts';

/** Undefined: a pipeline of this spec has no such resource. */
const builders: Readonly<Record<Kind, (spec: Spec) => Omit<Desired, 'kind' | 'name'> | undefined>> = {
  topic: desiredTopic,
  bucket: desiredBucket,
  description: desiredDescription,
  'default settings': desiredDefaultSettings,
  'dead-letter queue': desiredDeadLetterQueue,
  queue: desiredQueue,
  table: desiredTable,
  notification: desiredNotification,
  'log group': desiredLogGroup,
  role: desiredRole,
  function: desiredFunction,
  'event source mapping': desiredMapping,
  alarm: desiredAlarm,
};

/** Returns the desired state of all resources, in the order in which they are made. Pure. */
export function desiredState(spec: Spec): readonly Desired[] {
  const names = resourceNames(spec);
  return kinds.flatMap((kind) => {
    const desired = builders[kind](spec);
    return desired === undefined ? [] : [{ kind, name: names[kind], ...desired }];
  });
}
