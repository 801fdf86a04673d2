import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { S3Client } from '@aws-sdk/client-s3';
import { makeClient, sharedConfig } from '../aws/config.ts';
import { makeS3Client } from '../aws/s3-client.ts';
import { toLoaderError } from '../aws/errors/translate.ts';
import { LoaderError } from '../errors.ts';
import { s3Bucket } from './bucket/s3-bucket.ts';
import type { AwsSettings } from '../aws/settings.ts';
import type { PipelineCommandSettings } from '../options/resolve-pipeline.ts';
import { descriptionName, readDescription, type Description } from './description.ts';
import { namesOf, type Place } from './names.ts';

/** Which pipeline is meant. */
export type Which = Pick<PipelineCommandSettings, 'aws' | 'name' | 'bucket'>;

/** A pipeline that is there. */
export interface FoundPipeline {
  readonly place: Place;
  /** The bucket that it really has. */
  readonly bucket: string;
  readonly description: Description;
}

/**
 * Whose credentials these are, and for which region. It takes no permission.
 * @throws LoaderError REGION_MISSING, CREDENTIALS_INVALID, ENDPOINT_UNREACHABLE …
 */
export async function findPlace(aws: AwsSettings): Promise<Place> {
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
 * The pipeline, from no more than account, region and name.
 * @throws LoaderError PIPELINE_NOT_FOUND; ACCESS_DENIED, …
 */
export async function findPipeline(aws: AwsSettings, which: Omit<Which, 'aws'>): Promise<FoundPipeline> {
  const s3 = makeS3Client(aws);
  try {
    return await findPipelineBy(s3, { ...which, aws });
  } finally {
    s3.destroy();
  }
}

/** The same, by a client that has more to do. */
export async function findPipelineBy(client: S3Client, which: Which): Promise<FoundPipeline> {
  const place = await findPlace(which.aws);
  const name = which.bucket ?? namesOf(which.name, place).bucket;
  const stored = await s3Bucket({ client, name, owner: place.account }).get(descriptionName);
  const description = stored && readDescription(stored.body, name);
  if (description !== undefined && description.takenDown !== true) return { place, bucket: name, description };
  const what = description === undefined ? 'has no pipeline' : 'has no pipeline any more';
  throw new LoaderError('PIPELINE_NOT_FOUND', `bucket ${name} ${what}`, {
    hint: 'Make one with csv2ddb provision; --name and --bucket say which one is meant.',
  });
}
