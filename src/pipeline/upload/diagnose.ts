import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import type { BucketAccess } from '../../aws/s3/bucket-access.ts';
import { makeClient, sharedConfig } from '../../aws/config.ts';
import { toLoaderError } from '../../aws/errors/translate.ts';
import { LoaderError } from '../../errors.ts';
import type { QueueDepth } from '../queue/sqs-queue.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { queueArn } from '../arns.ts';
import { countMessages, describeDepth } from '../status/format-overview.ts';
import { pluralize } from '../../text/format.ts';
import type { UploadSession } from './session.ts';

/** The path from an object to its loader. An error replaces each fact that could not be read. */
export interface Diagnosis {
  /** Whether the bucket sends events for the object's key to the queue. */
  readonly hasNotification: boolean | LoaderError;
  /** States of the function's event source mappings; undefined: the pipeline has no function. */
  readonly mappings: readonly string[] | LoaderError | undefined;
  readonly queue: QueueDepth | LoaderError;
  readonly deadLetters: QueueDepth | LoaderError;
}

/** Formats a diagnosis, one line per fact. */
export function formatDiagnosis({ hasNotification, mappings, queue, deadLetters }: Diagnosis): string[] {
  return [
    describe('the bucket notification', hasNotification, (isSent) =>
      isSent
        ? 'the bucket sends events for this object to the queue'
        : 'the bucket does not send events for this object to the queue',
    ),
    mappings === undefined
      ? 'the pipeline has no function: is a csv2ddb worker running?'
      : describe('the event source mapping', mappings, (states) =>
          states.length === 0
            ? 'the function has no event source mapping for the queue'
            : `the event source mapping of the function is ${states.join(', ')}`,
        ),
    describe('the queue', queue, (depth) => `messages in the queue: ${describeDepth(depth)}`),
    describe('the dead-letter queue', deadLetters, (depth) =>
      countMessages(depth) === 0 ? 'no dead letters' : pluralize(countMessages(depth), 'dead letter'),
    ),
  ];
}

function describe<T>(what: string, fact: T | LoaderError, text: (fact: T) => string): string {
  return fact instanceof LoaderError ? `cannot read ${what}: ${fact.message}` : text(fact);
}

/** Returns a hint with the action that most likely helps. */
export function suggestFix({ hasNotification, mappings, deadLetters }: Diagnosis): string {
  const isDisabled = Array.isArray(mappings) && !mappings.some((state) => state === 'Enabled');
  if (hasNotification === false || isDisabled) {
    return 'Run csv2ddb provision again with the same options, then csv2ddb redrive.';
  }
  const hasDeadLetters = !(deadLetters instanceof LoaderError) && countMessages(deadLetters) > 0;
  if (hasDeadLetters) return 'Fix the error in the log of the function or worker, then run csv2ddb redrive.';
  return 'Check the log of the function, or start a csv2ddb worker, then run csv2ddb redrive.';
}

/** Reads the path from an object to its loader. */
export async function diagnose(session: UploadSession, key: string): Promise<Diagnosis> {
  const { aws, bucketPlace, found, queue, deadLetters } = session;
  const { function: functionName, queueUrl } = found.description;
  const arn = queueArn(found.place, queueUrl.split('/').at(-1) ?? '');
  return {
    hasNotification: await catchLoaderError(isNotified(bucketPlace, key, arn)),
    mappings: functionName === null ? undefined : await catchLoaderError(listMappingStates(aws, functionName, arn)),
    queue: await catchLoaderError(queue.depth()),
    deadLetters: await catchLoaderError(deadLetters.depth()),
  };
}

async function catchLoaderError<T>(reading: Promise<T>): Promise<T | LoaderError> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
}

async function isNotified({ client, bucket, owner }: BucketAccess, key: string, queue: string): Promise<boolean> {
  try {
    const command = new GetBucketNotificationConfigurationCommand({ Bucket: bucket, ExpectedBucketOwner: owner });
    const { QueueConfigurations: queues = [] } = await client.send(command);
    return queues.some(({ QueueArn: arn, Filter: filter, Events: events = [] }) => {
      const rules = filter?.Key?.FilterRules ?? [];
      const hasMatchingKey = rules.every(({ Name: name, Value: value = '' }) =>
        name?.toLowerCase() === 'prefix' ? key.startsWith(value) : key.endsWith(value),
      );
      return arn === queue && hasMatchingKey && events.some((event) => event.startsWith('s3:ObjectCreated:'));
    });
  } catch (error) {
    throw toLoaderError(error, { action: 's3:GetBucketNotification', on: `bucket ${bucket}` });
  }
}

async function listMappingStates(aws: AwsSettings, name: string, queue: string): Promise<string[]> {
  const lambda = makeClient(() => new LambdaClient(sharedConfig(aws)));
  try {
    const { EventSourceMappings: mappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: name, EventSourceArn: queue }),
    );
    return mappings.map(({ State: state }) => state ?? 'of unknown state');
  } catch (error) {
    throw toLoaderError(error, { action: 'lambda:ListEventSourceMappings', on: `function ${name}` });
  } finally {
    lambda.destroy();
  }
}
