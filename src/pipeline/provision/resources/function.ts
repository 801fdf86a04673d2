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
import { askAbout, onceKnown, until } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { textIn, type Resource, type Properties } from '../resource.ts';
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

/** The function that loads. @param zip its package */
export function functionResource(
  where: Location,
  { lambda }: Pick<Clients, 'lambda'>,
  zip: () => Promise<Uint8Array>,
): Resource {
  const { names } = where;
  const name = names.function;
  const arn = functionArn(where.place, name);
  const ask = askAbout(`function ${name}`);

  /** Neither being made nor being changed: then it takes a change. */
  const settled = (): Promise<void> =>
    until(async () => {
      const get = () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      const { State: state, LastUpdateStatus: update } = await ask('lambda:GetFunctionConfiguration', get);
      return state !== 'Pending' && update !== 'InProgress';
    }, `function ${name} to become active`);
  const allowRecursion = async ({ recursion }: Properties): Promise<void> => {
    const command = new PutFunctionRecursionConfigCommand({
      FunctionName: name,
      RecursiveLoop: recursion as RecursiveLoop,
    });
    await ask('lambda:PutFunctionRecursionConfig', () => lambda.send(command));
  };

  return {
    async read() {
      const found = await ask(
        'lambda:GetFunction',
        () => lambda.send(new GetFunctionCommand({ FunctionName: name })),
        absent,
      );
      if (found === undefined) return undefined;
      const { Configuration: is = {}, Tags: tags } = found;
      const getLoop = () => lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName: name }));
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
        Code: { ZipFile: await zip() },
        Architectures: [properties['architecture'] as Architecture],
        ...configurationFor(properties),
        Tags: tagMap(names.base, 'made'),
      });
      await ask('lambda:CreateFunction', () =>
        onceKnown(
          () => lambda.send(command),
          ({ name: what, message }) =>
            // The role is not known everywhere yet.
            what === 'InvalidParameterValueException' && /cannot be assumed/i.test(message),
        ),
      );
      await settled();
      await allowRecursion(properties);
    },
    async change(properties, changed) {
      const { recursion: loop, ...others } = Object.fromEntries([...changed].map((one) => [one, true]));
      const { code, architecture, ...configuration } = others;
      if (code === true || architecture === true) {
        await settled();
        const command = new UpdateFunctionCodeCommand({
          FunctionName: name,
          ZipFile: await zip(),
          Architectures: [properties['architecture'] as Architecture],
        });
        await ask('lambda:UpdateFunctionCode', () => lambda.send(command));
      }
      if (Object.keys(configuration).length > 0) {
        await settled();
        const command = new UpdateFunctionConfigurationCommand({ FunctionName: name, ...configurationFor(properties) });
        await ask('lambda:UpdateFunctionConfiguration', () => lambda.send(command));
      }
      await settled();
      if (loop === true) await allowRecursion(properties);
    },
    async adopt() {
      const command = new TagResourceCommand({ Resource: arn, Tags: tagMap(names.base, 'adopted') });
      await ask('lambda:TagResource', () => lambda.send(command));
    },
    async delete() {
      await ask('lambda:DeleteFunction', () => lambda.send(new DeleteFunctionCommand({ FunctionName: name })), absent);
    },
    async release() {
      const command = new UntagResourceCommand({ Resource: arn, TagKeys: [names.base] });
      await ask('lambda:UntagResource', () => lambda.send(command), absent);
    },
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
