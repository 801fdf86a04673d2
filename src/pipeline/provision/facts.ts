import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { readDescription as describedTable } from '../../aws/table/describe.ts';
import { mappingResource } from './resources/mapping.ts';
import { queueUrlOf } from './resources/queue.ts';
import { findTable } from './resources/table.ts';
import { topicResource } from './resources/topic.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { askAbout } from './aws-call.ts';
import type { Clients } from './clients.ts';
import type { Facts, Spec } from './spec.ts';

/** What the account has to do with how a pipeline is to be. */
export type SpecBefore = Omit<Spec, 'facts'>;

/**
 * Asks the account.
 * @param aws decides what URLs of queues look like that are not there yet
 */
export async function findFacts(
  spec: SpecBefore,
  clients: Clients,
  aws: AwsSettings,
  codeSha256: string,
): Promise<Facts> {
  const { names } = spec;
  const [queueUrl, deadLettersUrl, keyTypes, hasTopic, maximumConcurrency] = await Promise.all([
    urlOf(names.queue, spec, clients, aws),
    urlOf(names.deadLetters, spec, clients, aws),
    keyTypesOf(spec, clients),
    hasOurTopic(spec, clients),
    concurrencyOf(spec, clients),
  ]);
  return { queueUrl, deadLettersUrl, keyTypes, hasTopic, maximumConcurrency, codeSha256 };
}

async function urlOf(name: string, { place }: SpecBefore, clients: Clients, aws: AwsSettings): Promise<string> {
  const found = await queueUrlOf(name, clients);
  if (found !== undefined) return found;
  const { AWS_ENDPOINT_URL_SQS: ofSqs, AWS_ENDPOINT_URL: any } = process.env;
  const endpoint =
    aws.endpointUrl ||
    ofSqs ||
    any ||
    `https://sqs.${place.region}.amazonaws.com${place.partition === 'aws-cn' ? '.cn' : ''}`;
  return `${endpoint.replace(/\/$/, '')}/${place.account}/${name}`;
}

/** Types that no option tells are those of the table, where it is there. */
async function keyTypesOf({ settings }: SpecBefore, clients: Clients): Promise<string[]> {
  const { table, partitionKey, sortKey, types } = settings;
  const found = await findTable(table, clients);
  const is = found && describedTable(table, found);
  const typeOf = (key: string): string => {
    const has = [is?.partitionKey, is?.sortKey].find((one) => one?.name === key);
    return types.get(key) ?? has?.type ?? 'S';
  };
  return [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map(typeOf);
}

/** One that an earlier run made. */
async function hasOurTopic(spec: SpecBefore, clients: Clients): Promise<boolean> {
  if (spec.settings.email !== undefined || spec.settings.notify !== undefined) return false;
  const found = await topicResource(spec, clients, {}).read();
  return found !== undefined && found.mark !== 'none';
}

const fewestFunctions = 2;
const mostFunctions = 50;

/**
 * More functions than the account lets run would get messages that they cannot take, and use up their receives. Half of
 * what is free leaves the rest of the account in peace. What an earlier run chose stays.
 */
async function concurrencyOf(spec: SpecBefore, clients: Clients): Promise<number> {
  const { settings } = spec;
  if (settings.maxFunctions !== undefined || !settings.hasFunction) return settings.maxFunctions ?? fewestFunctions;
  const chosen = (await mappingResource(spec, clients).read())?.properties['functions at most'];
  if (typeof chosen === 'number') return chosen;
  const ask = askAbout(clients.lambda, 'the account');
  const account = await ask('lambda:GetAccountSettings', new GetAccountSettingsCommand({}));
  return functionsFor(account.AccountLimit?.UnreservedConcurrentExecutions ?? 0);
}

/** @param free functions that the account lets run at the same time */
export function functionsFor(free: number): number {
  return Math.max(fewestFunctions, Math.min(mostFunctions, Math.floor(free / 2)));
}
