import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { readDescription } from '../../aws/table/description.ts';
import { makeMappingHandler } from './resources/mapping.ts';
import { findQueueUrl } from './resources/queue.ts';
import { findTable } from './resources/table.ts';
import { makeTopicHandler } from './resources/topic.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { makeSender } from './aws-call.ts';
import type { Clients } from './clients.ts';
import type { Facts, Spec } from './spec.ts';

/** The specification before the account is read. */
export type SpecInput = Omit<Spec, 'facts'>;

/**
 * Reads the facts from the account.
 * @param aws determines the URLs of queues that do not exist yet
 */
export async function readFacts(
  spec: SpecInput,
  clients: Clients,
  aws: AwsSettings,
  codeSha256: string,
): Promise<Facts> {
  const { names } = spec;
  const [queueUrl, deadLettersUrl, keyTypes, hasTopic, maxConcurrency] = await Promise.all([
    getQueueUrl(names.queue, spec, clients, aws),
    getQueueUrl(names.deadLetters, spec, clients, aws),
    resolveKeyTypes(spec, clients),
    hasOwnTopic(spec, clients),
    resolveConcurrency(spec, clients),
  ]);
  return { queueUrl, deadLettersUrl, keyTypes, hasTopic, maxConcurrency, codeSha256 };
}

async function getQueueUrl(name: string, { place }: SpecInput, clients: Clients, aws: AwsSettings): Promise<string> {
  const found = await findQueueUrl(name, clients);
  if (found !== undefined) return found;
  const { AWS_ENDPOINT_URL_SQS: sqsEndpoint, AWS_ENDPOINT_URL: commonEndpoint } = process.env;
  const endpoint =
    aws.endpointUrl ||
    sqsEndpoint ||
    commonEndpoint ||
    `https://sqs.${place.region}.amazonaws.com${place.partition === 'aws-cn' ? '.cn' : ''}`;
  return `${endpoint.replace(/\/$/, '')}/${place.account}/${name}`;
}

/** The type of a key comes from the options, else from the existing table, else it is S. */
async function resolveKeyTypes({ settings }: SpecInput, clients: Clients): Promise<string[]> {
  const { table, partitionKey, sortKey, types } = settings;
  const found = await findTable(table, clients);
  const description = found && readDescription(table, found);
  const typeOf = (key: string): string => {
    const existing = [description?.partitionKey, description?.sortKey].find((one) => one?.name === key);
    return types.get(key) ?? existing?.type ?? 'S';
  };
  return [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map(typeOf);
}

/** Whether an earlier run created or adopted a topic. */
async function hasOwnTopic(spec: SpecInput, clients: Clients): Promise<boolean> {
  if (spec.settings.email !== undefined || spec.settings.notify !== undefined) return false;
  const found = await makeTopicHandler(spec, clients, {}).read();
  return found !== undefined && found.ownership !== 'none';
}

const minConcurrency = 2;
const maxConcurrency = 50;

/**
 * Chooses the maximum concurrency of the function. Above the quota of the account, throttled invocations would use up the
 * receives of their messages. The choice of an earlier run is kept.
 */
async function resolveConcurrency(spec: SpecInput, clients: Clients): Promise<number> {
  const { settings } = spec;
  if (settings.maxFunctions !== undefined || !settings.hasFunction) return settings.maxFunctions ?? minConcurrency;
  const current = (await makeMappingHandler(spec, clients).read())?.properties['max concurrency'];
  if (typeof current === 'number') return current;
  const send = makeSender(clients.lambda, 'the account');
  const account = await send('lambda:GetAccountSettings', new GetAccountSettingsCommand({}));
  return chooseConcurrency(account.AccountLimit?.UnreservedConcurrentExecutions ?? 0);
}

/** Returns half of the unreserved concurrency of the account, from 2 to 50: the rest is for other functions. */
export function chooseConcurrency(unreserved: number): number {
  return Math.max(minConcurrency, Math.min(maxConcurrency, Math.floor(unreserved / 2)));
}
