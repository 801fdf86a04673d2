import { makeS3Client } from '../aws/s3-client.ts';
import { LoaderError } from '../errors.ts';
import { importFolder } from '../jobs/bucket/names.ts';
import type { UploadSettings } from '../options/resolve-pipeline.ts';
import { neededBy } from '../permissions/needed.ts';
import { policyText } from '../permissions/policy.ts';
import { findPipeline, findPlace } from '../pipeline/find.ts';
import { namesOf, type Place } from '../pipeline/names.ts';

const anywhere: Place = { account: '*', region: '*', partition: 'aws' };

/**
 * The policy that `csv2ddb upload` needs, for `--print-policy`.
 * @param say told what could not be found out, and what was taken in its place
 */
export async function uploadPolicy(settings: UploadSettings, say: (text: string) => void): Promise<string> {
  const { aws, name, bucket, wait } = settings;
  const place = await known(findPlace(aws), ({ code }) => {
    say(`account and region are not known (${code}): the policy has * for them`);
  });
  const names = namesOf(name, place ?? anywhere);
  const s3 = makeS3Client(aws);
  try {
    const found = await known(
      place === undefined ? Promise.resolve(undefined) : findPipeline(aws, { name, bucket }, s3),
      ({ code }) => {
        say(`the pipeline cannot be looked at (${code}): the policy is one for keys under ${importFolder}`);
      },
    );
    const prefix = found?.description.prefix ?? importFolder;
    const pipeline = { names, bucket: bucket ?? names.bucket, prefix };
    const scope = { place: place ?? anywhere, table: undefined, sources: [], topics: [], pipeline };
    return policyText(neededBy('upload', wait ? ['wait'] : [], scope));
  } finally {
    s3.destroy();
  }
}

async function known<T>(look: Promise<T>, not: (error: LoaderError) => void): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    not(error);
    return undefined;
  }
}
