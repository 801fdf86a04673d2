import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { toS3Error } from '../../../aws/errors/s3.ts';
import { statusOf } from '../../../aws/errors/sdk-error.ts';
import { headObject } from '../../../aws/s3/head-object.ts';
import { createChangedSourceError } from '../../../load/source/errors.ts';
import { defaultSettingsKey, settingsKey } from '../../bucket/keys.ts';
import type { JobSettings } from '../../state/job.ts';
import type { ObjectVersion } from '../../state/identity.ts';
import type { PipelineBucket } from '../../bucket/bucket.ts';
import { parseJobSettings, invalidSettings } from './load-options.ts';

/** Name of the object metadata that holds the SHA-256, in hex, of the object's settings. */
export const settingsMetadata = 'csv2ddb-settings';

/** Returns the SHA-256 of settings, in hex. */
export function hashSettings(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

export interface SettingsSource {
  readonly client: S3Client;
  readonly bucket: PipelineBucket;
  readonly owner: string | undefined;
  readonly table: string;
}

/**
 * Reads the settings of an object: those named in its metadata, otherwise the pipeline's default, otherwise empty settings. The
 * table is always the pipeline's.
 * @throws LoaderError SETTINGS_INVALID; SOURCE_CHANGED; the errors of `toS3Error`.
 */
export async function resolveSettings(object: ObjectVersion, options: SettingsSource): Promise<JobSettings> {
  const { bucket, table } = options;
  const sha256 = await findNamedSettings(object, options);
  const stored = await bucket.get(sha256 === undefined ? defaultSettingsKey : settingsKey(sha256));
  if (stored === undefined) {
    if (sha256 === undefined) return parseJobSettings({}, table);
    throw invalidSettings([`settings ${sha256}, named by the object, do not exist`]);
  }
  if (sha256 !== undefined && hashSettings(stored.body) !== sha256) {
    throw invalidSettings(['their content was changed after the upload']);
  }
  return parseJobSettings(parse(stored.body), table);
}

/** Returns the hash in the object's metadata. Reads exactly this version, because a newer one has its own job. */
async function findNamedSettings(
  { bucket, key, versionId, etag }: ObjectVersion,
  { client, owner }: SettingsSource,
): Promise<string | undefined> {
  const version = versionId === null ? { IfMatch: etag } : { VersionId: versionId };
  try {
    const { Metadata: metadata } = await headObject({ client, bucket, owner }, key, version);
    const named = metadata?.[settingsMetadata];
    if (named === undefined || /^[0-9a-f]{64}$/.test(named)) return named;
    throw invalidSettings([`the object's metadata has '${named}' instead of a SHA-256`]);
  } catch (error) {
    const source = `s3://${bucket}/${key}`;
    if (statusOf(error) === 412) throw createChangedSourceError(source, 'a newer version exists');
    const action = versionId === null ? 'GetObject' : 'GetObjectVersion';
    throw toS3Error(error, { action, source, owner });
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalidSettings(['they are not valid JSON']);
  }
}
