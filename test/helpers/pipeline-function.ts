import type { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { paginateFilterLogEvents, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import type { Ministack } from './ministack.ts';
import type { Pipeline } from './pipeline.ts';

export interface FunctionOptions {
  /** With `index.mjs`, or `index.js` and a package.json, that exports `handler`. */
  readonly zip: Buffer;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutS: number;
  /** Messages in one call, at most; default 1. */
  readonly batchSize?: number;
  /** Calls at the same time, at most; 2 is the least. */
  readonly maximumConcurrency?: number;
}

export interface PipelineFunction {
  readonly name: string;
  readonly arn: string;
  readonly role: { readonly name: string; readonly arn: string };
  /** Id of the event source mapping. */
  readonly mapping: string;
  /** What its ended calls wrote, line by line, with Lambda's own lines; empty before the first call has ended. */
  log(): Promise<string[]>;
}

let functions = 0;

/**
 * Has the messages of a pipeline's queue handled by a function, which reports those that failed. Its role may do
 * everything with what the pipeline has. In its environment AWS_ENDPOINT_URL names ministack.
 */
export async function addFunction(pipeline: Pipeline, options: FunctionOptions): Promise<PipelineFunction> {
  const { lambda } = pipeline.ministack;
  const name = `${pipeline.name}-function-${++functions}`;
  const role = await makeRole(pipeline, `${name}-role`);
  const { FunctionArn: arn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: role.arn,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: options.zip },
      Timeout: options.timeoutS,
      MemorySize: 1769,
      Environment: { Variables: { ...options.env } },
    }),
  );
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
    { FunctionName: name },
  );
  const { UUID: mapping = '' } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: name,
      EventSourceArn: pipeline.queue.arn,
      BatchSize: options.batchSize ?? 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...(options.maximumConcurrency === undefined
        ? {}
        : { ScalingConfig: { MaximumConcurrency: options.maximumConcurrency } }),
    }),
  );
  await mappingEnabled(pipeline.ministack, mapping);
  return { name, arn, role, mapping, log: () => logOf(pipeline.ministack, name) };
}

async function makeRole(pipeline: Pipeline, name: string): Promise<PipelineFunction['role']> {
  const { iam, account, region } = pipeline.ministack;
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: policy([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]),
    }),
  );
  if (Role?.Arn === undefined) throw new Error(`role ${name} has no ARN`);
  const allow = (Action: string, ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'pipeline',
      PolicyDocument: policy([
        allow('s3:*', `arn:aws:s3:::${pipeline.bucket}`, `arn:aws:s3:::${pipeline.bucket}/*`),
        allow('sqs:*', pipeline.queue.arn, pipeline.deadLetters.arn),
        allow('dynamodb:*', `arn:aws:dynamodb:${region}:${account}:table/${pipeline.table}`),
        allow('logs:*', '*'),
        ...(pipeline.topic === undefined ? [] : [allow('sns:*', pipeline.topic.arn)]),
      ]),
    }),
  );
  return { name, arn: Role.Arn };
}

function policy(Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

async function mappingEnabled({ lambda }: Ministack, mapping: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID: mapping }));
    if (State === 'Enabled') return;
    await sleep(100);
  }
  throw new Error(`event source mapping ${mapping} is not enabled`);
}

async function logOf({ logs }: Ministack, name: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const page of paginateFilterLogEvents({ client: logs }, { logGroupName: `/aws/lambda/${name}` })) {
      lines.push(...(page.events ?? []).flatMap(({ message }) => message ?? []));
    }
  } catch (error) {
    // Lambda makes the group when the first call writes to it.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  return lines;
}
