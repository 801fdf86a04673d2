import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import type { BucketPlace } from '../../aws/s3/place.ts';
import { makeClient, sharedConfig } from '../../aws/config.ts';
import { toLoaderError } from '../../aws/errors/translate.ts';
import { LoaderError } from '../../errors.ts';
import type { Depth } from '../queue/sqs-queue.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { queueArn } from '../arns.ts';
import { depthOf, depthText } from '../status/overview-lines.ts';
import { plural } from '../../text/format.ts';
import type { Session } from './session.ts';

/** What stands between an object and its loader; an error where that could not be looked at. */
export interface Found {
  /** Whether the bucket sends the events of the object's key to the queue. */
  readonly announces: boolean | LoaderError;
  /** States of the mappings between queue and function; undefined: the pipeline has no function. */
  readonly mappings: readonly string[] | LoaderError | undefined;
  readonly queue: Depth | LoaderError;
  readonly deadLetters: Depth | LoaderError;
}

/** In words, one line each. */
export function findingLines({ announces, mappings, queue, deadLetters }: Found): string[] {
  return [
    wordsOf('the notification of the bucket', announces, (isAnnounced) =>
      isAnnounced
        ? 'the bucket sends its events to the queue'
        : 'the bucket sends no event of this object to the queue of the pipeline',
    ),
    mappings === undefined
      ? 'no function: is a csv2ddb worker running?'
      : wordsOf('the event source mapping', mappings, (states) =>
          states.length === 0
            ? 'the function has no event source mapping from the queue'
            : `the event source mapping of the function is ${states.join(', ')}`,
        ),
    wordsOf('the queue', queue, (depth) => `the queue has ${depthText(depth)}`),
    wordsOf('the dead letters', deadLetters, (depth) =>
      depthOf(depth) === 0 ? 'no dead letters' : plural(depthOf(depth), 'dead letter'),
    ),
  ];
}

function wordsOf<T>(what: string, found: T | LoaderError, words: (found: T) => string): string {
  return found instanceof LoaderError ? `${what} could not be looked at: ${found.message}` : words(found);
}

/** What most likely helps. */
export function adviceOn({ announces, mappings, deadLetters }: Found): string {
  const isOff = Array.isArray(mappings) && !mappings.some((state) => state === 'Enabled');
  if (announces === false || isOff)
    return 'csv2ddb provision, with the options it had, mends that; then csv2ddb redrive.';
  const hasDead = !(deadLetters instanceof LoaderError) && depthOf(deadLetters) > 0;
  if (hasDead) return 'Look at the log of the function or the worker; csv2ddb redrive starts again what is not loaded.';
  return 'Look at the log of the function, or start a csv2ddb worker; csv2ddb redrive sends the messages again.';
}

/** Looks at what stands between an object and its loader. */
export async function lookAround({ aws, place, found, queue, deadLetters }: Session, key: string): Promise<Found> {
  const { description } = found;
  const arn = queueArn(found.place, description.queueUrl.split('/').at(-1) ?? '');
  return {
    announces: await seen(announces(place, key, arn)),
    mappings: description.function === null ? undefined : await seen(mappingsOf(aws, description.function, arn)),
    queue: await seen(queue.depth()),
    deadLetters: await seen(deadLetters.depth()),
  };
}

async function seen<T>(look: Promise<T>): Promise<T | LoaderError> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
}

async function announces({ client, bucket, owner }: BucketPlace, key: string, queue: string): Promise<boolean> {
  try {
    const command = new GetBucketNotificationConfigurationCommand({ Bucket: bucket, ExpectedBucketOwner: owner });
    const { QueueConfigurations: queues = [] } = await client.send(command);
    return queues.some(({ QueueArn: arn, Filter: filter, Events: events = [] }) => {
      const rules = filter?.Key?.FilterRules ?? [];
      const isMeant = rules.every(({ Name: name, Value: value = '' }) =>
        name?.toLowerCase() === 'prefix' ? key.startsWith(value) : key.endsWith(value),
      );
      return arn === queue && isMeant && events.some((event) => event.startsWith('s3:ObjectCreated:'));
    });
  } catch (error) {
    throw toLoaderError(error, { action: 's3:GetBucketNotification', on: `bucket ${bucket}` });
  }
}

async function mappingsOf(aws: AwsSettings, name: string, queue: string): Promise<string[]> {
  const lambda = makeClient(() => new LambdaClient(sharedConfig(aws)));
  try {
    const { EventSourceMappings: mappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: name, EventSourceArn: queue }),
    );
    return mappings.map(({ State: state }) => state ?? 'in no state');
  } catch (error) {
    throw toLoaderError(error, { action: 'lambda:ListEventSourceMappings', on: `function ${name}` });
  } finally {
    lambda.destroy();
  }
}
