import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../../../aws/errors/s3.ts';
import { statusOf } from '../../../aws/errors/sdk-error.ts';
import { headObject } from '../../../aws/s3/head-object.ts';
import { changedWhileRead } from '../../../load/source/errors.ts';
import { defaultSettingsName, settingsName } from '../../bucket/keys.ts';
import type { JobSettings } from '../../state/job.ts';
import type { ObjectVersion } from '../../state/identity.ts';
import type { Bucket } from '../../bucket/bucket.ts';
import { jobSettingsFrom, unusable } from './load-options.ts';

/** Of an object's metadata: the SHA-256, in hex, of the settings that it is to be loaded with. */
export const settingsMetadata = 'csv2ddb-settings';

/** Name of settings by what they say. */
export function settingsSha256(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

export interface SettleOptions {
  readonly client: S3Client;
  readonly bucket: Bucket;
  readonly owner: string | undefined;
  readonly table: string;
}

/**
 * What an object is loaded with: the settings that its metadata names, else the pipeline's default, else none at all. The
 * table is the pipeline's own.
 * @throws LoaderError SETTINGS_INVALID; SOURCE_CHANGED; what S3 does not answer (see `toS3Error`)
 */
export async function settle(object: ObjectVersion, options: SettleOptions): Promise<JobSettings> {
  const { bucket, table } = options;
  const named = await namedSettings(object, options);
  const stored = await bucket.get(named === undefined ? defaultSettingsName : settingsName(named));
  if (stored === undefined) {
    if (named === undefined) return jobSettingsFrom({}, table);
    throw unusable([`there are none of the name ${named}, which the object gives`]);
  }
  if (named !== undefined && settingsSha256(stored.body) !== named) throw unusable(['they are not what they were']);
  return jobSettingsFrom(parse(stored.body), table);
}

/** An object that is another by now has no settings to look for: its job is not the newest any more. */
async function namedSettings(
  { bucket, key, versionId, etag }: ObjectVersion,
  { client, owner }: SettleOptions,
): Promise<string | undefined> {
  const version = versionId === null ? { IfMatch: etag } : { VersionId: versionId };
  try {
    const { Metadata: metadata } = await headObject({ client, bucket, owner }, key, version);
    const named = metadata?.[settingsMetadata];
    if (named === undefined || /^[0-9a-f]{64}$/.test(named)) return named;
    throw unusable([`the object's metadata names them as '${named}'`]);
  } catch (error) {
    const source = `s3://${bucket}/${key}`;
    if (statusOf(error) === 412) throw changedWhileRead(source, 'another version is there now');
    const action = versionId === null ? 'GetObject' : 'GetObjectVersion';
    throw toS3Error(error, { action, source, owner });
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unusable(['they are no JSON']);
  }
}
