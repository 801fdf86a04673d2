import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { readDescription as describedTable } from '../../aws/table/describe.ts';
import { queueUrlOf } from './resources/queue.ts';
import { topicResource } from './resources/topic.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { askAbout } from './aws-call.ts';
import type { Clients } from './clients.ts';
import type { Facts, Spec } from './spec.ts';
import { queueArn } from '../arns.ts';

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
async function keyTypesOf({ settings }: SpecBefore, { dynamodb }: Clients): Promise<string[]> {
  const { table, partitionKey, sortKey, types } = settings;
  const get = () => dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const found = (await askAbout(`table ${table}`)('dynamodb:DescribeTable', get, ['ResourceNotFoundException']))?.Table;
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
  const found = await topicResource(spec, clients, undefined).read();
  return found !== undefined && found.mark !== 'none';
}

const fewestFunctions = 2;
const mostFunctions = 50;

/**
 * More functions than the account lets run would get messages that they cannot take, and use up their receives. Half of
 * what is free leaves the rest of the account in peace. What an earlier run chose stays.
 */
async function concurrencyOf(spec: SpecBefore, { lambda }: Clients): Promise<number> {
  const { settings, names } = spec;
  if (settings.maxFunctions !== undefined || !settings.hasFunction) return settings.maxFunctions ?? fewestFunctions;
  const ask = askAbout(`function ${names.function}`);
  const list = new ListEventSourceMappingsCommand({
    FunctionName: names.function,
    EventSourceArn: queueArn(spec.place, names.queue),
  });
  const found = await ask('lambda:ListEventSourceMappings', () => lambda.send(list), ['ResourceNotFoundException']);
  const chosen = found?.EventSourceMappings?.[0]?.ScalingConfig?.MaximumConcurrency;
  if (chosen !== undefined) return chosen;
  const account = await askAbout('the account')('lambda:GetAccountSettings', () =>
    lambda.send(new GetAccountSettingsCommand({})),
  );
  return functionsFor(account.AccountLimit?.UnreservedConcurrentExecutions ?? 0);
}

/** @param free functions that the account lets run at the same time */
export function functionsFor(free: number): number {
  return Math.max(fewestFunctions, Math.min(mostFunctions, Math.floor(free / 2)));
}
