import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  DeleteBucketTaggingCommand,
  type BucketLocationConstraint,
  type LifecycleRule,
} from '@aws-sdk/client-s3';
import { hasAccountRegionalNames } from '../../names.ts';
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Definition, Json, Properties, ResourceHandler } from '../resource.ts';
import { s3Arn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { emptyBucket } from './empty-bucket.ts';
import { findOwnership, tagList } from './tags.ts';
import { addStatements, hasStatement, parsePolicy, requireTls } from './statements.ts';

const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const ignore = ['NotFound', 'NoSuchBucket'];

const stateRetentionDays = 90;
const abortUploadsAfterDays = 7;
/** Jobs end long before their state expires. Settings never expire: files may refer to them at any time. */
const expiringPrefixes = ['state/jobs/', 'state/heads/', 'state/open/', 'rejects/'];
const ownRulePrefix = 'csv2ddb-';

export function defineBucket({ settings }: Spec): Definition {
  const expiry = expiringPrefixes.map((prefix) => [
    `${ownRulePrefix}${prefix.replace(/\/$/, '').replace('/', '-')}`,
    { prefix, 'expire after days': stateRetentionDays },
  ]);
  const lifecycle = {
    [`${ownRulePrefix}uploads`]: { prefix: settings.prefix, 'abort uploads after days': abortUploadsAfterDays },
    ...Object.fromEntries(expiry),
  } as Json;
  const properties = { 'public access': 'blocked', encryption: 'AES256', 'TLS only': true, lifecycle };
  return { properties, ifAdopted: ['lifecycle'] };
}

/** Creates the handler of the bucket, which is private, encrypted and TLS-only. State and rejects expire. */
export function makeBucketHandler({ bucket, names, place }: Location, { s3 }: Clients): ResourceHandler {
  const send = makeSender(s3, `bucket ${bucket}`);
  const at = { Bucket: bucket, ExpectedBucketOwner: place.account };
  const arn = s3Arn(place, bucket);
  const statement = requireTls('s3', [arn, `${arn}/*`]);

  const exists = async (): Promise<boolean> =>
    (await send('s3:ListBucket', new HeadBucketCommand(at), { ignore })) !== undefined;
  const readTags = async () =>
    (await send('s3:GetBucketTagging', new GetBucketTaggingCommand(at), { ignore: ['NoSuchTagSet'] }))?.TagSet ?? [];
  const readBucketPolicy = async () => {
    const found = await send('s3:GetBucketPolicy', new GetBucketPolicyCommand(at), { ignore: ['NoSuchBucketPolicy'] });
    return parsePolicy(found?.Policy);
  };
  const readAllRules = async (): Promise<LifecycleRule[]> => {
    const found = await send('s3:GetLifecycleConfiguration', new GetBucketLifecycleConfigurationCommand(at), {
      ignore: ['NoSuchLifecycleConfiguration'],
    });
    return found?.Rules ?? [];
  };
  /** Sets or removes the tag of the pipeline. S3 replaces all tags at once, so this writes the other tags again. */
  const putTag = async (value: 'made' | 'adopted' | undefined): Promise<void> => {
    const others = (await readTags()).filter(({ Key: key }) => key !== names.base);
    const tags = [...others, ...(value === undefined ? [] : tagList(names.base, value))];
    if (tags.length === 0) await send('s3:PutBucketTagging', new DeleteBucketTaggingCommand(at));
    else await send('s3:PutBucketTagging', new PutBucketTaggingCommand({ ...at, Tagging: { TagSet: tags } }));
  };
  const putRules = (rules: LifecycleRule[]): Promise<unknown> => {
    const action = 's3:PutLifecycleConfiguration';
    if (rules.length === 0) return send(action, new DeleteBucketLifecycleCommand(at));
    const configuration = { Rules: rules };
    return send(action, new PutBucketLifecycleConfigurationCommand({ ...at, LifecycleConfiguration: configuration }));
  };
  const change = async (properties: Properties, changed: ReadonlySet<string>): Promise<void> => {
    if (changed.has('public access')) {
      const command = new PutPublicAccessBlockCommand({ ...at, PublicAccessBlockConfiguration: blocked });
      await send('s3:PutBucketPublicAccessBlock', command);
    }
    if (changed.has('encryption')) {
      const configuration = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }] };
      const command = new PutBucketEncryptionCommand({ ...at, ServerSideEncryptionConfiguration: configuration });
      await send('s3:PutEncryptionConfiguration', command);
    }
    if (changed.has('TLS only')) {
      const text = addStatements(await readBucketPolicy(), [statement]);
      await send('s3:PutBucketPolicy', new PutBucketPolicyCommand({ ...at, Policy: text }));
    }
    if (changed.has('lifecycle')) {
      const otherRules = (await readAllRules()).filter((rule) => !isOwnRule(rule));
      await putRules([...otherRules, ...buildRules(properties['lifecycle'] ?? null)]);
    }
  };

  return {
    async read() {
      if (!(await exists())) return undefined;
      const block = await send('s3:GetBucketPublicAccessBlock', new GetPublicAccessBlockCommand(at), {
        ignore: ['NoSuchPublicAccessBlockConfiguration'],
      });
      const encryption = await send('s3:GetEncryptionConfiguration', new GetBucketEncryptionCommand(at), {
        ignore: ['ServerSideEncryptionConfigurationNotFoundError'],
      });
      return {
        ownership: findOwnership(names.base, await readTags()),
        properties: {
          'public access': blocksPublicAccess(block?.PublicAccessBlockConfiguration) ? 'blocked' : 'not blocked',
          encryption:
            encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
              ?.SSEAlgorithm ?? null,
          'TLS only': hasStatement(await readBucketPolicy(), statement),
          lifecycle: readRules((await readAllRules()).filter(isOwnRule)),
        },
      };
    },
    async create(properties) {
      const isRegional = bucket === names.bucket && hasAccountRegionalNames(place);
      const command = new CreateBucketCommand({
        Bucket: bucket,
        ...(isRegional && { BucketNamespace: 'account-regional' as const }),
        CreateBucketConfiguration: {
          ...(place.region !== 'us-east-1' && { LocationConstraint: place.region as BucketLocationConstraint }),
          // Tagged on creation: after a crash in between, the bucket would look like one that existed before.
          Tags: tagList(names.base, 'made'),
        },
      });
      await send('s3:CreateBucket', command, { ignore: ['BucketAlreadyOwnedByYou'] });
      if (findOwnership(names.base, await readTags()) === 'none') await putTag('made');
      await change(properties, new Set(Object.keys(properties)));
    },
    change,
    adopt: () => putTag('adopted'),
    async delete() {
      if (!(await exists())) return;
      await emptyBucket(s3, at);
      await send('s3:DeleteBucket', new DeleteBucketCommand(at), { ignore });
    },
    async release() {
      if (!(await exists())) return;
      const rules = await readAllRules();
      if (rules.some(isOwnRule)) await putRules(rules.filter((rule) => !isOwnRule(rule)));
      await putTag(undefined);
    },
  };
}

function blocksPublicAccess(block: Partial<Record<keyof typeof blocked, boolean | undefined>> | undefined): boolean {
  return (Object.keys(blocked) as (keyof typeof blocked)[]).every((key) => block?.[key] === true);
}

function isOwnRule({ ID: id }: LifecycleRule): boolean {
  return id?.startsWith(ownRulePrefix) === true;
}

interface ExpiryRule {
  readonly prefix: string;
  readonly 'expire after days'?: number;
  readonly 'abort uploads after days'?: number;
}

function readRules(rules: readonly LifecycleRule[]): Json {
  const entries = rules.map((rule) => {
    const days = rule.Expiration?.Days;
    const abort = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
    return [
      rule.ID ?? '',
      {
        prefix: rule.Filter?.Prefix ?? '',
        ...(days !== undefined && { 'expire after days': days }),
        ...(abort !== undefined && { 'abort uploads after days': abort }),
        ...(rule.Status !== 'Enabled' && { status: rule.Status ?? 'unknown' }),
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

function buildRules(rules: Json): LifecycleRule[] {
  return Object.entries(rules as unknown as Readonly<Record<string, ExpiryRule>>).map(([id, rule]) => ({
    ID: id,
    Status: 'Enabled',
    Filter: { Prefix: rule.prefix },
    ...(rule['expire after days'] !== undefined && { Expiration: { Days: rule['expire after days'] } }),
    ...(rule['abort uploads after days'] !== undefined && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule['abort uploads after days'] },
    }),
  }));
}
