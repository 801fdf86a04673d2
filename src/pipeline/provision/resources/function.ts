import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetFunctionRecursionConfigCommand,
  PutFunctionRecursionConfigCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type Architecture,
  type RecursiveLoop,
  type Runtime,
} from '@aws-sdk/client-lambda';
import { askAbout, until } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { textIn, type Properties, type Resource, type ResourceOptions } from '../resource.ts';
import { functionArn, roleArn } from '../../arns.ts';
import { functionTimeoutS, notifyOf, type Location, type Spec } from '../spec.ts';
import { markOf, tagMap } from './tags.ts';

const absent = ['ResourceNotFoundException'];

/** One vCPU. */
const memoryMb = 1_769;

export function desiredFunction(spec: Spec) {
  const { place, names, bucket, settings, facts } = spec;
  if (!settings.hasFunction) return undefined;
  const notify = notifyOf(spec);
  return {
    properties: {
      code: facts.codeSha256,
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      handler: 'index.handler',
      'memory MB': memoryMb,
      'timeout seconds': functionTimeoutS,
      role: roleArn(place, names.role),
      environment: {
        CSV2DDB_TABLE: settings.table,
        CSV2DDB_BUCKET: bucket,
        CSV2DDB_QUEUE_URL: facts.queueUrl,
        ...(notify !== undefined && { CSV2DDB_NOTIFY: notify }),
      },
      recursion: 'Allow',
    },
  };
}

/** The function that loads. */
export function functionResource({ names, place }: Location, { lambda }: Clients, { zip }: ResourceOptions): Resource {
  const name = names.function;
  const arn = functionArn(place, name);
  const ask = askAbout(lambda, `function ${name}`);

  /** Neither being made nor being changed: then it takes a change. */
  const settled = (): Promise<void> =>
    until(async () => {
      const command = new GetFunctionConfigurationCommand({ FunctionName: name });
      const { State: state, LastUpdateStatus: update } = await ask('lambda:GetFunctionConfiguration', command);
      return state !== 'Pending' && update !== 'InProgress';
    }, `function ${name} to become active`);
  const allowRecursion = ({ recursion }: Properties) => {
    const loop = recursion as RecursiveLoop;
    const command = new PutFunctionRecursionConfigCommand({ FunctionName: name, RecursiveLoop: loop });
    return ask('lambda:PutFunctionRecursionConfig', command);
  };

  return {
    async read() {
      const found = await ask('lambda:GetFunction', new GetFunctionCommand({ FunctionName: name }), { absent });
      if (found === undefined) return undefined;
      const { Configuration: is = {}, Tags: tags } = found;
      const getLoop = new GetFunctionRecursionConfigCommand({ FunctionName: name });
      const { RecursiveLoop: recursion } = await ask('lambda:GetFunctionRecursionConfig', getLoop);
      return {
        mark: markOf(tags?.[names.base]),
        properties: {
          code: is.CodeSha256 ?? null,
          runtime: is.Runtime ?? null,
          architecture: is.Architectures?.[0] ?? null,
          handler: is.Handler ?? null,
          'memory MB': is.MemorySize ?? null,
          'timeout seconds': is.Timeout ?? null,
          role: is.Role ?? null,
          environment: { ...is.Environment?.Variables },
          recursion: recursion ?? null,
        },
      };
    },
    async create(properties) {
      const command = new CreateFunctionCommand({
        FunctionName: name,
        Description: 'Loads CSV into a DynamoDB table (csv2ddb)',
        Code: { ZipFile: zip },
        Architectures: [properties['architecture'] as Architecture],
        ...configurationFor(properties),
        Tags: tagMap(names.base, 'made'),
      });
      // The role is not known everywhere yet.
      const retryOn = /^InvalidParameterValueException:.*cannot be assumed/is;
      await ask('lambda:CreateFunction', command, { retryOn });
      await settled();
      await allowRecursion(properties);
    },
    async change(properties, changed) {
      const ofConfiguration = [...changed].filter((one) => !['code', 'architecture', 'recursion'].includes(one));
      if (changed.has('code') || changed.has('architecture')) {
        await settled();
        const command = new UpdateFunctionCodeCommand({
          FunctionName: name,
          ZipFile: zip,
          Architectures: [properties['architecture'] as Architecture],
        });
        await ask('lambda:UpdateFunctionCode', command);
      }
      if (ofConfiguration.length > 0) {
        await settled();
        const command = new UpdateFunctionConfigurationCommand({ FunctionName: name, ...configurationFor(properties) });
        await ask('lambda:UpdateFunctionConfiguration', command);
      }
      await settled();
      if (changed.has('recursion')) await allowRecursion(properties);
    },
    adopt: () =>
      ask('lambda:TagResource', new TagResourceCommand({ Resource: arn, Tags: tagMap(names.base, 'adopted') })),
    delete: () => ask('lambda:DeleteFunction', new DeleteFunctionCommand({ FunctionName: name }), { absent }),
    release: () =>
      ask('lambda:UntagResource', new UntagResourceCommand({ Resource: arn, TagKeys: [names.base] }), { absent }),
  };
}

function configurationFor(properties: Properties) {
  return {
    Runtime: properties['runtime'] as Runtime,
    Handler: textIn(properties, 'handler'),
    MemorySize: Number(properties['memory MB']),
    Timeout: Number(properties['timeout seconds']),
    Role: textIn(properties, 'role'),
    Environment: { Variables: properties['environment'] as Record<string, string> },
  };
}
