import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { askAbout, until } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { unmarked, type Properties, type Resource } from '../resource.ts';
import { queueArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { tagMap } from './tags.ts';

const absent = ['ResourceNotFoundException'];
const retryOn = /^ResourceInUseException:/;

export function desiredMapping({ settings, facts }: Spec) {
  if (!settings.hasFunction) return undefined;
  const properties = {
    enabled: true,
    'batch size': 1,
    'reports failures': true,
    'functions at most': facts.maximumConcurrency,
  };
  return { properties };
}

/** What gives the queue's messages to the function. */
export function mappingResource({ names, place }: Location, { lambda }: Clients): Resource {
  const queue = queueArn(place, names.queue);
  const ask = askAbout(lambda, `the event source mapping of function ${names.function}`);
  const all = async (): Promise<readonly EventSourceMappingConfiguration[]> => {
    const command = new ListEventSourceMappingsCommand({ FunctionName: names.function, EventSourceArn: queue });
    return (await ask('lambda:ListEventSourceMappings', command, { absent }))?.EventSourceMappings ?? [];
  };
  const find = async (): Promise<EventSourceMappingConfiguration | undefined> =>
    (await all()).find(({ State: state }) => state !== 'Deleting');
  // Of one that is deleted nobody knows any more whose it was, so that GetEventSourceMapping may be forbidden.
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await all()).find(({ UUID: one }) => one === id)?.State;
  const enabled = (id: string): Promise<void> =>
    until(async () => (await stateOf(id)) === 'Enabled', `the event source mapping of ${names.function} to be enabled`);

  return {
    async read() {
      const found = await find();
      if (found === undefined) return undefined;
      return {
        mark: 'made',
        properties: {
          enabled: found.State === 'Enabled' || found.State === 'Enabling' || found.State === 'Creating',
          'batch size': found.BatchSize ?? null,
          'reports failures': found.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
          'functions at most': found.ScalingConfig?.MaximumConcurrency ?? null,
        },
      };
    },
    async create(properties) {
      const command = new CreateEventSourceMappingCommand({
        FunctionName: names.function,
        EventSourceArn: queue,
        ...configurationFor(properties),
        Tags: tagMap(names.base, 'made'),
      });
      const { UUID: id = '' } = await ask('lambda:CreateEventSourceMapping', command, {
        // The role's policy is not known everywhere yet.
        retryOn: /^InvalidParameterValueException:.*permissions? to call \w+ on SQS/is,
      });
      await enabled(id);
    },
    async change(properties) {
      const { UUID: id = '' } = (await find()) ?? {};
      const command = new UpdateEventSourceMappingCommand({ UUID: id, ...configurationFor(properties) });
      await ask('lambda:UpdateEventSourceMapping', command, { retryOn });
      await enabled(id);
    },
    ...unmarked,
    async delete() {
      const { UUID: id } = (await find()) ?? {};
      if (id === undefined) return;
      const command = new DeleteEventSourceMappingCommand({ UUID: id });
      await ask('lambda:DeleteEventSourceMapping', command, { absent, retryOn });
      const isGone = async (): Promise<boolean> => (await stateOf(id)) === undefined;
      await until(isGone, `the event source mapping of ${names.function} to be deleted`);
    },
  };
}

function configurationFor(properties: Properties) {
  return {
    Enabled: properties['enabled'] === true,
    BatchSize: Number(properties['batch size']),
    FunctionResponseTypes: properties['reports failures'] === true ? ['ReportBatchItemFailures' as const] : [],
    ScalingConfig: { MaximumConcurrency: Number(properties['functions at most']) },
  };
}
