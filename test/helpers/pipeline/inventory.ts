import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListTopicsCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Ministack } from '../emulators/ministack.ts';

/** Lists the names of all resources whose name contains `part`, by kind. */
export async function inventory(ministack: Ministack, part: string): Promise<Record<string, string[]>> {
  const { s3, sqs, sns, dynamodb, iam, lambda, logs, endpoint, region, credentials } = ministack;
  const cloudwatch = new CloudWatchClient({ endpoint, region, credentials });
  const [buckets, queues, topics, tables, roles, functions, mappings, groups, alarms] = await Promise.all([
    s3.send(new ListBucketsCommand({})),
    sqs.send(new ListQueuesCommand({})),
    sns.send(new ListTopicsCommand({})),
    dynamodb.send(new ListTablesCommand({})),
    iam.send(new ListRolesCommand({})),
    lambda.send(new ListFunctionsCommand({})),
    lambda.send(new ListEventSourceMappingsCommand({})),
    logs.send(new DescribeLogGroupsCommand({})),
    cloudwatch.send(new DescribeAlarmsCommand({})),
  ]);
  cloudwatch.destroy();
  const all: Record<string, (string | undefined)[]> = {
    buckets: (buckets.Buckets ?? []).map(({ Name }) => Name),
    queues: (queues.QueueUrls ?? []).map((url) => url.split('/').at(-1)),
    topics: (topics.Topics ?? []).map(({ TopicArn }) => TopicArn?.split(':').at(-1)),
    tables: tables.TableNames ?? [],
    roles: (roles.Roles ?? []).map(({ RoleName }) => RoleName),
    functions: (functions.Functions ?? []).map(({ FunctionName }) => FunctionName),
    mappings: (mappings.EventSourceMappings ?? []).map(({ FunctionArn }) => FunctionArn?.split(':').at(-1)),
    'log groups': (groups.logGroups ?? []).map(({ logGroupName }) => logGroupName),
    alarms: (alarms.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName),
  };
  const named = Object.entries(all).map(([kind, names]) => [
    kind,
    names.filter((name): name is string => name?.includes(part) === true).sort(),
  ]);
  return Object.fromEntries(named) as Record<string, string[]>;
}

/** The inventory if no resource exists. */
export const emptyInventory: Record<string, string[]> = {
  buckets: [],
  queues: [],
  topics: [],
  tables: [],
  roles: [],
  functions: [],
  mappings: [],
  'log groups': [],
  alarms: [],
};
