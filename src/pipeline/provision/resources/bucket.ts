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
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import type { Json, Properties, Resource } from '../resource.ts';
import { s3Arn } from '../../arns.ts';
import type { Location, Spec } from '../spec.ts';
import { emptyBucket } from './empty-bucket.ts';
import { markIn, tagList } from './tags.ts';
import { hasStatement, readPolicy, tlsOnly, withStatements } from './statements.ts';

const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const noBucket = ['NotFound', 'NoSuchBucket'];

const stateKeptDays = 90;
const uploadsKeptDays = 7;
/** State is looked at for as long as a job may take. Settings do not expire: the default ones and those that files name lie together. */
const expiring = ['state/jobs/', 'state/heads/', 'state/open/', 'rejects/'];
const ourRules = 'csv2ddb-';

export function desiredBucket({ settings }: Spec) {
  const expiry = expiring.map((prefix) => [
    `${ourRules}${prefix.replace(/\/$/, '').replace('/', '-')}`,
    { prefix, 'expire after days': stateKeptDays },
  ]);
  const lifecycle = {
    [`${ourRules}uploads`]: { prefix: settings.prefix, 'abort uploads after days': uploadsKeptDays },
    ...Object.fromEntries(expiry),
  } as Json;
  const properties = { 'public access': 'blocked', encryption: 'AES256', 'TLS only': true, lifecycle };
  return { properties, ofAdopted: ['lifecycle'] };
}

/** The bucket of a pipeline: private, encrypted, TLS-only; state and rejects expire. */
export function bucketResource({ bucket, names, place }: Location, { s3 }: Clients): Resource {
  const ask = askAbout(s3, `bucket ${bucket}`);
  const at = { Bucket: bucket, ExpectedBucketOwner: place.account };
  const arn = s3Arn(place, bucket);
  const statement = tlsOnly('s3', [arn, `${arn}/*`]);

  const exists = async (): Promise<boolean> =>
    (await ask('s3:ListBucket', new HeadBucketCommand(at), { absent: noBucket })) !== undefined;
  const tagsOf = async () =>
    (await ask('s3:GetBucketTagging', new GetBucketTaggingCommand(at), { absent: ['NoSuchTagSet'] }))?.TagSet ?? [];
  const policyOf = async () => {
    const found = await ask('s3:GetBucketPolicy', new GetBucketPolicyCommand(at), { absent: ['NoSuchBucketPolicy'] });
    return readPolicy(found?.Policy);
  };
  const rulesOf = async (): Promise<LifecycleRule[]> => {
    const command = new GetBucketLifecycleConfigurationCommand(at);
    const absent = ['NoSuchLifecycleConfiguration'];
    return (await ask('s3:GetLifecycleConfiguration', command, { absent }))?.Rules ?? [];
  };
  /** All tags are put at once: the others stay. */
  const mark = async (as: 'made' | 'adopted' | undefined): Promise<void> => {
    const others = (await tagsOf()).filter(({ Key: key }) => key !== names.base);
    const tags = [...others, ...(as === undefined ? [] : tagList(names.base, as))];
    if (tags.length === 0) await ask('s3:PutBucketTagging', new DeleteBucketTaggingCommand(at));
    else await ask('s3:PutBucketTagging', new PutBucketTaggingCommand({ ...at, Tagging: { TagSet: tags } }));
  };
  const putRules = (rules: LifecycleRule[]): Promise<unknown> => {
    const action = 's3:PutLifecycleConfiguration';
    if (rules.length === 0) return ask(action, new DeleteBucketLifecycleCommand(at));
    const configuration = { Rules: rules };
    return ask(action, new PutBucketLifecycleConfigurationCommand({ ...at, LifecycleConfiguration: configuration }));
  };
  const change = async (properties: Properties, changed: ReadonlySet<string>): Promise<void> => {
    if (changed.has('public access')) {
      const command = new PutPublicAccessBlockCommand({ ...at, PublicAccessBlockConfiguration: blocked });
      await ask('s3:PutBucketPublicAccessBlock', command);
    }
    if (changed.has('encryption')) {
      const configuration = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }] };
      const command = new PutBucketEncryptionCommand({ ...at, ServerSideEncryptionConfiguration: configuration });
      await ask('s3:PutEncryptionConfiguration', command);
    }
    if (changed.has('TLS only')) {
      const text = withStatements(await policyOf(), [statement]);
      await ask('s3:PutBucketPolicy', new PutBucketPolicyCommand({ ...at, Policy: text }));
    }
    if (changed.has('lifecycle')) {
      const theirs = (await rulesOf()).filter((rule) => !isOurs(rule));
      await putRules([...theirs, ...rulesFor(properties['lifecycle'] ?? null)]);
    }
  };

  return {
    async read() {
      if (!(await exists())) return undefined;
      const block = await ask('s3:GetBucketPublicAccessBlock', new GetPublicAccessBlockCommand(at), {
        absent: ['NoSuchPublicAccessBlockConfiguration'],
      });
      const encryption = await ask('s3:GetEncryptionConfiguration', new GetBucketEncryptionCommand(at), {
        absent: ['ServerSideEncryptionConfigurationNotFoundError'],
      });
      return {
        mark: markIn(names.base, await tagsOf()),
        properties: {
          'public access': isBlocked(block?.PublicAccessBlockConfiguration) ? 'blocked' : 'possible',
          encryption:
            encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
              ?.SSEAlgorithm ?? null,
          'TLS only': hasStatement(await policyOf(), statement),
          lifecycle: readRules((await rulesOf()).filter(isOurs)),
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
          // With the bucket, not after it: whoever dies in between leaves none that looks like somebody else's.
          Tags: tagList(names.base, 'made'),
        },
      });
      await ask('s3:CreateBucket', command, { absent: ['BucketAlreadyOwnedByYou'] });
      if (markIn(names.base, await tagsOf()) === 'none') await mark('made');
      await change(properties, new Set(Object.keys(properties)));
    },
    change,
    adopt: () => mark('adopted'),
    async delete() {
      if (!(await exists())) return;
      await emptyBucket(s3, at);
      await ask('s3:DeleteBucket', new DeleteBucketCommand(at), { absent: noBucket });
    },
    async release() {
      if (!(await exists())) return;
      const rules = await rulesOf();
      if (rules.some(isOurs)) await putRules(rules.filter((rule) => !isOurs(rule)));
      await mark(undefined);
    },
  };
}

function isBlocked(block: Partial<Record<keyof typeof blocked, boolean | undefined>> | undefined): boolean {
  return (Object.keys(blocked) as (keyof typeof blocked)[]).every((key) => block?.[key] === true);
}

function isOurs({ ID: id }: LifecycleRule): boolean {
  return id?.startsWith(ourRules) === true;
}

interface Rule {
  readonly prefix: string;
  readonly 'expire after days'?: number;
  readonly 'abort uploads after days'?: number;
}

function readRules(rules: readonly LifecycleRule[]): Json {
  const read = rules.map((rule) => {
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
  return Object.fromEntries(read);
}

function rulesFor(rules: Json): LifecycleRule[] {
  return Object.entries(rules as unknown as Readonly<Record<string, Rule>>).map(([id, rule]) => ({
    ID: id,
    Status: 'Enabled',
    Filter: { Prefix: rule.prefix },
    ...(rule['expire after days'] !== undefined && { Expiration: { Days: rule['expire after days'] } }),
    ...(rule['abort uploads after days'] !== undefined && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule['abort uploads after days'] },
    }),
  }));
}
