import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { askAbout, onceKnown, until } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { unmarked, type Properties, type Resource } from '../resource.ts';
import { queueArn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { tagMap } from './tags.ts';

const absent = ['ResourceNotFoundException'];

export function desiredMapping({ settings, facts }: Spec) {
  if (!settings.hasFunction) return undefined;
  const properties = {
    enabled: true,
    'batch size': 1,
    'reports failures': true,
    'functions at most': facts.maximumConcurrency,
  };
  return { properties, isUnmarked: true } as const;
}

/** What gives the queue's messages to the function. */
export function mappingResource(where: Location, { lambda }: Pick<Clients, 'lambda'>): Resource {
  const { names } = where;
  const queue = queueArn(where.place, names.queue);
  const ask = askAbout(`the event source mapping of function ${names.function}`);
  const all = async (): Promise<readonly EventSourceMappingConfiguration[]> => {
    const command = new ListEventSourceMappingsCommand({ FunctionName: names.function, EventSourceArn: queue });
    const found = await ask('lambda:ListEventSourceMappings', () => lambda.send(command), absent);
    return found?.EventSourceMappings ?? [];
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
      const { UUID: id = '' } = await ask('lambda:CreateEventSourceMapping', () =>
        onceKnown(
          () => lambda.send(command),
          ({ name: what, message }) =>
            // The role's policy is not known everywhere yet.
            what === 'InvalidParameterValueException' && /permissions? to call \w+ on SQS/i.test(message),
        ),
      );
      await enabled(id);
    },
    async change(properties) {
      const { UUID: id = '' } = (await find()) ?? {};
      const command = new UpdateEventSourceMappingCommand({ UUID: id, ...configurationFor(properties) });
      await ask('lambda:UpdateEventSourceMapping', () =>
        onceKnown(
          () => lambda.send(command),
          ({ name: what }) => what === 'ResourceInUseException',
        ),
      );
      await enabled(id);
    },
    ...unmarked,
    async delete() {
      const { UUID: id } = (await find()) ?? {};
      if (id === undefined) return;
      const command = new DeleteEventSourceMappingCommand({ UUID: id });
      await ask(
        'lambda:DeleteEventSourceMapping',
        () =>
          onceKnown(
            () => lambda.send(command),
            ({ name: what }) => what === 'ResourceInUseException',
          ),
        absent,
      );
      await until(
        async () => (await stateOf(id)) === undefined,
        `the event source mapping of ${names.function} to be deleted`,
      );
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
