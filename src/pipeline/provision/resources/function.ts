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
import { makeSender, waitUntil } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import {
  getText,
  type Definition,
  type ResourceHandlerOptions,
  type Properties,
  type ResourceHandler,
} from '../resource.ts';
import { functionArn, roleArn } from '../../arns.ts';
import { functionTimeoutS, resolveNotifyTopic, type Location, type Spec } from '../spec.ts';
import { parseOwnership, tagMap } from './tags.ts';

const ignore = ['ResourceNotFoundException'];

/** One vCPU. */
const memoryMb = 1_769;

export function defineFunction(spec: Spec): Definition | undefined {
  const { place, names, bucket, settings, facts } = spec;
  if (!settings.hasFunction) return undefined;
  const notify = resolveNotifyTopic(spec);
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

/** The function that loads the files. */
export function makeFunctionHandler(
  { names, place }: Location,
  { lambda }: Clients,
  { zip }: ResourceHandlerOptions,
): ResourceHandler {
  const { function: name, base } = names;
  const arn = functionArn(place, name);
  const send = makeSender(lambda, `function ${name}`);

  /** Lambda rejects updates while it creates or updates the function. */
  const waitUntilActive = (): Promise<void> =>
    waitUntil(async () => {
      const command = new GetFunctionConfigurationCommand({ FunctionName: name });
      const { State: state, LastUpdateStatus: update } = await send('lambda:GetFunctionConfiguration', command);
      return state !== 'Pending' && update !== 'InProgress';
    }, `function ${name} to become active`);
  const putRecursion = ({ recursion }: Properties) => {
    const loop = recursion as RecursiveLoop;
    const command = new PutFunctionRecursionConfigCommand({ FunctionName: name, RecursiveLoop: loop });
    return send('lambda:PutFunctionRecursionConfig', command);
  };

  return {
    async read() {
      const found = await send('lambda:GetFunction', new GetFunctionCommand({ FunctionName: name }), { ignore });
      if (found === undefined) return undefined;
      const { Configuration: configuration = {}, Tags: tags } = found;
      const getLoop = new GetFunctionRecursionConfigCommand({ FunctionName: name });
      const { RecursiveLoop: recursion } = await send('lambda:GetFunctionRecursionConfig', getLoop);
      return {
        ownership: parseOwnership(tags?.[base]),
        properties: {
          code: configuration.CodeSha256 ?? null,
          runtime: configuration.Runtime ?? null,
          architecture: configuration.Architectures?.[0] ?? null,
          handler: configuration.Handler ?? null,
          'memory MB': configuration.MemorySize ?? null,
          'timeout seconds': configuration.Timeout ?? null,
          role: configuration.Role ?? null,
          environment: { ...configuration.Environment?.Variables },
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
        ...buildConfiguration(properties),
        Tags: tagMap(base, 'made'),
      });
      // The role may not be propagated yet.
      const retryOn = /^InvalidParameterValueException:.*cannot be assumed/is;
      await send('lambda:CreateFunction', command, { retryOn });
      await waitUntilActive();
      await putRecursion(properties);
    },
    async change(properties, changed) {
      const others = [...changed].filter((one) => !['code', 'architecture', 'recursion'].includes(one));
      if (changed.has('code') || changed.has('architecture')) {
        await waitUntilActive();
        const command = new UpdateFunctionCodeCommand({
          FunctionName: name,
          ZipFile: zip,
          Architectures: [properties['architecture'] as Architecture],
        });
        await send('lambda:UpdateFunctionCode', command);
      }
      if (others.length > 0) {
        await waitUntilActive();
        const configuration = { FunctionName: name, ...buildConfiguration(properties) };
        const command = new UpdateFunctionConfigurationCommand(configuration);
        await send('lambda:UpdateFunctionConfiguration', command);
      }
      await waitUntilActive();
      if (changed.has('recursion')) await putRecursion(properties);
    },
    adopt: () => send('lambda:TagResource', new TagResourceCommand({ Resource: arn, Tags: tagMap(base, 'adopted') })),
    delete: () => send('lambda:DeleteFunction', new DeleteFunctionCommand({ FunctionName: name }), { ignore }),
    release: () =>
      send('lambda:UntagResource', new UntagResourceCommand({ Resource: arn, TagKeys: [base] }), { ignore }),
  };
}

function buildConfiguration(properties: Properties) {
  return {
    Runtime: properties['runtime'] as Runtime,
    Handler: getText(properties, 'handler'),
    MemorySize: Number(properties['memory MB']),
    Timeout: Number(properties['timeout seconds']),
    Role: getText(properties, 'role'),
    Environment: { Variables: properties['environment'] as Record<string, string> },
  };
}
