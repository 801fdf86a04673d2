import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { S3Client } from '@aws-sdk/client-s3';
import { makeClient, sharedConfig } from '../aws/config.ts';
import { makeS3Client } from '../aws/s3-client.ts';
import { toLoaderError } from '../aws/errors/translate.ts';
import { LoaderError } from '../errors.ts';
import { openS3Bucket } from './bucket/s3-bucket.ts';
import type { AwsSettings } from '../aws/settings.ts';
import type { PipelineCommandSettings } from '../options/resolve-pipeline.ts';
import { descriptionKey, parseDescription, type PipelineDescription } from './description.ts';
import { deriveNames, type AccountRegion } from './names.ts';

/** The options that select a pipeline. */
export type PipelineSelector = Pick<PipelineCommandSettings, 'aws' | 'name' | 'bucket'>;

/** An existing pipeline. */
export interface FoundPipeline {
  readonly place: AccountRegion;
  /** Name of its bucket: derived, or the one of `--bucket`. */
  readonly bucket: string;
  readonly description: PipelineDescription;
}

/**
 * Returns the account and region of the credentials. Requires no permission.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, ENDPOINT_UNREACHABLE …
 */
export async function findAccountRegion(aws: AwsSettings): Promise<AccountRegion> {
  const sts = makeClient(() => new STSClient(sharedConfig(aws)));
  try {
    const region = await sts.config.region();
    const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account, region, partition: arn.split(':')[1] ?? 'aws' };
  } catch (error) {
    throw toLoaderError(error, { action: 'sts:GetCallerIdentity', on: 'the credentials' });
  } finally {
    sts.destroy();
  }
}

/**
 * Finds a pipeline by account, region and name.
 * @throws LoaderError PIPELINE_NOT_FOUND; ACCESS_DENIED, …
 */
export async function findPipeline(aws: AwsSettings, selector: Omit<PipelineSelector, 'aws'>): Promise<FoundPipeline> {
  const s3 = makeS3Client(aws);
  try {
    return await findPipelineWith(s3, { ...selector, aws });
  } finally {
    s3.destroy();
  }
}

/** Finds a pipeline with an existing client. @throws LoaderError as `findPipeline` */
export async function findPipelineWith(client: S3Client, selector: PipelineSelector): Promise<FoundPipeline> {
  const place = await findAccountRegion(selector.aws);
  const name = selector.bucket ?? deriveNames(selector.name, place).bucket;
  const stored = await openS3Bucket({ client, name, owner: place.account }).get(descriptionKey);
  const description = stored && parseDescription(stored.body, name);
  if (description !== undefined && description.takenDown !== true) return { place, bucket: name, description };
  const what = description === undefined ? 'has no pipeline' : 'no longer has a pipeline';
  throw new LoaderError('PIPELINE_NOT_FOUND', `bucket ${name} ${what}`, {
    hint: 'Create one with csv2ddb provision, or select a different one with --name or --bucket.',
  });
}
