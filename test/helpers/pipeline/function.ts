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
import type { Policy } from '../../../src/pipeline/permissions/policy.ts';
import type { Ministack } from '../emulators/ministack.ts';
import type { Pipeline } from './pipeline.ts';

export interface FunctionOptions {
  /** Contains `index.mjs`, or `index.js` and a package.json, with the export `handler`. */
  readonly zip: Buffer;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutS: number;
  /** Maximum number of messages per call; default 1. */
  readonly batchSize?: number;
  /** Maximum number of concurrent calls; minimum 2. */
  readonly maximumConcurrency?: number;
  /** Permissions of its role; default: full access to the pipeline's resources. */
  readonly policy?: Policy;
}

export interface PipelineFunction {
  readonly name: string;
  readonly arn: string;
  readonly role: { readonly name: string; readonly arn: string };
  /** Id of the event source mapping. */
  readonly mapping: string;
  /** Returns the log lines of ended calls, including those of Lambda. Empty until the first call has ended. */
  log(): Promise<string[]>;
}

let functions = 0;

/**
 * Creates a function that handles the messages of a pipeline's queue and reports failed ones. In its environment,
 * AWS_ENDPOINT_URL refers to ministack.
 */
export async function addFunction(pipeline: Pipeline, options: FunctionOptions): Promise<PipelineFunction> {
  const { lambda } = pipeline.ministack;
  const name = `${pipeline.name}-function-${++functions}`;
  const role = await makeRole(pipeline, `${name}-role`, options.policy);
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
  await waitUntilMappingEnabled(pipeline.ministack, mapping);
  return { name, arn, role, mapping, log: () => readLog(pipeline.ministack, name) };
}

async function makeRole(
  pipeline: Pipeline,
  name: string,
  allowed: Policy | undefined,
): Promise<PipelineFunction['role']> {
  const { iam } = pipeline.ministack;
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: formatPolicy([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]),
    }),
  );
  if (Role?.Arn === undefined) throw new Error(`role ${name} has no ARN`);
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'pipeline',
      PolicyDocument: allowed === undefined ? fullAccessPolicy(pipeline) : JSON.stringify(allowed),
    }),
  );
  return { name, arn: Role.Arn };
}

function fullAccessPolicy({ ministack, bucket, queue, deadLetters, table, topic }: Pipeline): string {
  const allow = (Action: string, ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
  return formatPolicy([
    allow('s3:*', `arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`),
    allow('sqs:*', queue.arn, deadLetters.arn),
    allow('dynamodb:*', `arn:aws:dynamodb:${ministack.region}:${ministack.account}:table/${table}`),
    allow('logs:*', '*'),
    ...(topic === undefined ? [] : [allow('sns:*', topic.arn)]),
  ]);
}

function formatPolicy(Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

async function waitUntilMappingEnabled({ lambda }: Ministack, mapping: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID: mapping }));
    if (State === 'Enabled') return;
    await sleep(100);
  }
  throw new Error(`timed out waiting for event source mapping ${mapping} to be enabled`);
}

async function readLog({ logs }: Ministack, name: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const page of paginateFilterLogEvents({ client: logs }, { logGroupName: `/aws/lambda/${name}` })) {
      lines.push(...(page.events ?? []).flatMap(({ message }) => message ?? []));
    }
  } catch (error) {
    // Lambda creates the log group when the first call writes to it.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  return lines;
}
