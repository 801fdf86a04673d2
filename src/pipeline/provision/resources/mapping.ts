import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { makeSender, waitUntil } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { untaggedHandler, type Definition, type Properties, type ResourceHandler } from '../resource.ts';
import { queueArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { tagMap } from './tags.ts';

const ignore = ['ResourceNotFoundException'];
const retryOn = /^ResourceInUseException:/;

export function defineMapping({ settings, facts }: Spec): Definition | undefined {
  if (!settings.hasFunction) return undefined;
  const properties = {
    enabled: true,
    'batch size': 1,
    'partial batch responses': true,
    'max concurrency': facts.maxConcurrency,
  };
  return { properties };
}

/** The event source mapping passes the queue's messages to the function. */
export function makeMappingHandler({ names, place }: Location, { lambda }: Clients): ResourceHandler {
  const queue = queueArn(place, names.queue);
  const subject = `the event source mapping of function ${names.function}`;
  const send = makeSender(lambda, subject);
  const listAll = async (): Promise<readonly EventSourceMappingConfiguration[]> => {
    const command = new ListEventSourceMappingsCommand({ FunctionName: names.function, EventSourceArn: queue });
    return (await send('lambda:ListEventSourceMappings', command, { ignore }))?.EventSourceMappings ?? [];
  };
  const find = async (): Promise<EventSourceMappingConfiguration | undefined> =>
    (await listAll()).find(({ State: state }) => state !== 'Deleting');
  // IAM cannot match a deleted mapping to its function, so GetEventSourceMapping could be denied.
  const readState = async (id: string): Promise<string | undefined> =>
    (await listAll()).find(({ UUID: one }) => one === id)?.State;
  const waitUntilEnabled = (id: string): Promise<void> =>
    waitUntil(async () => (await readState(id)) === 'Enabled', `${subject} to be enabled`);

  return {
    async read() {
      const found = await find();
      if (found === undefined) return undefined;
      return {
        ownership: 'made',
        properties: {
          enabled: found.State === 'Enabled' || found.State === 'Enabling' || found.State === 'Creating',
          'batch size': found.BatchSize ?? null,
          'partial batch responses': found.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
          'max concurrency': found.ScalingConfig?.MaximumConcurrency ?? null,
        },
      };
    },
    async create(properties) {
      const command = new CreateEventSourceMappingCommand({
        FunctionName: names.function,
        EventSourceArn: queue,
        ...buildConfiguration(properties),
        Tags: tagMap(names.base, 'made'),
      });
      const { UUID: id = '' } = await send('lambda:CreateEventSourceMapping', command, {
        // The role's policy may not be propagated yet.
        retryOn: /^InvalidParameterValueException:.*permissions? to call \w+ on SQS/is,
      });
      await waitUntilEnabled(id);
    },
    async change(properties) {
      const { UUID: id = '' } = (await find()) ?? {};
      const command = new UpdateEventSourceMappingCommand({ UUID: id, ...buildConfiguration(properties) });
      await send('lambda:UpdateEventSourceMapping', command, { retryOn });
      await waitUntilEnabled(id);
    },
    ...untaggedHandler,
    async delete() {
      const { UUID: id } = (await find()) ?? {};
      if (id === undefined) return;
      const command = new DeleteEventSourceMappingCommand({ UUID: id });
      await send('lambda:DeleteEventSourceMapping', command, { ignore, retryOn });
      const isGone = async (): Promise<boolean> => (await readState(id)) === undefined;
      await waitUntil(isGone, `${subject} to be deleted`);
    },
  };
}

function buildConfiguration(properties: Properties) {
  return {
    Enabled: properties['enabled'] === true,
    BatchSize: Number(properties['batch size']),
    FunctionResponseTypes: properties['partial batch responses'] === true ? ['ReportBatchItemFailures' as const] : [],
    ScalingConfig: { MaximumConcurrency: Number(properties['max concurrency']) },
  };
}
