import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { archivedObjectError, isTransientS3Error, toS3Error } from '../../../aws/errors/s3.ts';
import { statusOf } from '../../../aws/errors/sdk-error.ts';
import { headObject } from '../../../aws/s3/head-object.ts';
import { listObjects, type BucketObject } from '../../../aws/s3/list-objects.ts';
import { LoaderError } from '../../../errors.ts';
import { createChangedSourceError, createReadError } from '../errors.ts';
import type { Source } from '../source.ts';
import { bodyStart } from './body-start.ts';
import { changeFromStatus, describeNetworkError, TransientError } from './object-errors.ts';
import { ObjectSource } from './object-source.ts';
import type { RemoteObject } from './read-range.ts';
import { defaultRetrySettings, type RetrySettings } from './retry-policy.ts';
import { parseS3Uri } from './s3-uri.ts';
import { toSafeBaseName } from './safe-base-name.ts';

/**
 * Opens the object `s3://BUCKET/KEY`, or all objects with the prefix `s3://BUCKET/PREFIX/`, sorted by the bytes of
 * their keys. Keys are not decoded. Requires s3:GetObject, and s3:ListBucket for a prefix.
 * @throws LoaderError USAGE, SOURCE_UNREADABLE, ACCESS_DENIED, CREDENTIALS_INVALID … (see `toS3Error`).
 */
export async function openS3(name: string, client: S3Client, retries = defaultRetrySettings): Promise<Source[]> {
  const { bucket, key, isPrefix } = parseS3Uri(name);
  if (!isPrefix) return [await openObject({ client, bucket, key, name }, retries)];
  const sources: Source[] = [];
  for (const { key: listedKey, ...object } of await listFiles({ client, bucket, key, name })) {
    const location: ObjectLocation = { client, bucket, key: listedKey, name: `s3://${bucket}/${listedKey}` };
    // A HEAD of the object reports what the listing lacks, for example whether it was restored.
    const isKnown = object.etag !== undefined && object.sizeBytes !== undefined && !isArchive(object.storageClass);
    sources.push(
      isKnown ? makeSource(location, object.sizeBytes, object.etag, retries) : await openObject(location, retries),
    );
  }
  if (sources.length === 0) {
    throw createReadError(name, 'no objects have this prefix', {
      hint: 'Check the bucket and prefix. To load one object, omit the trailing slash.',
    });
  }
  return sources;
}

/** One version of an object, as reported by a HEAD. */
export interface VersionedObject {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Null if the bucket is not versioned. Then only the ETag identifies a version. */
  readonly versionId: string | null;
  readonly etag: string;
  readonly sizeBytes: number;
  /** Account that must own the bucket; undefined for any. */
  readonly owner: string | undefined;
}

/**
 * Opens a version of an object without a request. Reading requires s3:GetObject, or s3:GetObjectVersion with a version.
 * @param endBytes Number of bytes to read from its start (default: all).
 */
export function openObjectVersion(object: VersionedObject, endBytes = object.sizeBytes): Source {
  const { bucket, key, sizeBytes, etag } = object;
  const location: ObjectLocation = { ...object, name: `s3://${bucket}/${key}` };
  return new ObjectSource(makeRemoteObject(location, sizeBytes, addQuotes(etag)), defaultRetrySettings, endBytes);
}

interface ObjectLocation
  extends Pick<VersionedObject, 'client' | 'bucket' | 'key'>, Partial<Pick<VersionedObject, 'versionId' | 'owner'>> {
  /** Shown in messages. */
  readonly name: string;
}

async function openObject(location: ObjectLocation, retries: RetrySettings): Promise<Source> {
  const head = await headOrExplain(location);
  const isRestored = head.Restore?.includes('ongoing-request="false"') === true;
  if ((isArchive(head.StorageClass) || head.ArchiveStatus !== undefined) && !isRestored)
    throw archivedObjectError(location.name);
  return makeSource(location, head.ContentLength, head.ETag, retries);
}

/** Lists the objects sorted by the bytes of their keys, without the empty objects that stand for folders. */
async function listFiles({ client, bucket, key: prefix, name }: ObjectLocation): Promise<BucketObject[]> {
  const objects = await listObjects({ client, bucket }, prefix, { source: name });
  return objects
    .filter(({ key, sizeBytes }) => !(key.endsWith('/') && sizeBytes === 0))
    .map((object) => ({ bytes: Buffer.from(object.key), object }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ object }) => object);
}

function isArchive(storageClass: string | undefined): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

async function headOrExplain({ client, bucket, key, name }: ObjectLocation): Promise<HeadObjectCommandOutput> {
  const context = { action: 'GetObject', source: name } as const;
  try {
    return await headObject({ client, bucket }, key);
  } catch (error) {
    if (statusOf(error) === undefined || isTransientS3Error(error)) throw toS3Error(error, context);
    // Only the response to a GET has a body with the reason.
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' });
    const response = await client.send(command).catch((why: unknown) => {
      throw toS3Error(statusOf(why) === 416 ? error : why, context);
    });
    if (response.Body instanceof Readable) response.Body.on('error', () => undefined).destroy();
    throw toS3Error(error, context);
  }
}

function makeSource(
  location: ObjectLocation,
  sizeBytes: number | undefined,
  etag: string | undefined,
  retries: RetrySettings,
): ObjectSource {
  if (sizeBytes === undefined || etag === undefined || etag.startsWith('W/')) {
    throw createReadError(location.name, 'the endpoint does not report the size and ETag of the object', {
      hint: 'Download the file and load it from disk.',
    });
  }
  return new ObjectSource(makeRemoteObject(location, sizeBytes, addQuotes(etag)), retries);
}

/** Adds the quotes that some endpoints omit in listings. */
function addQuotes(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

function makeRemoteObject(location: ObjectLocation, sizeBytes: number, etag: string): RemoteObject {
  const { client, bucket, key, name, versionId, owner } = location;
  return {
    name,
    baseName: toSafeBaseName(key, bucket),
    sizeBytes,
    etag,
    hasRanges: true,
    async get(from, to, signal) {
      const command = new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId ?? undefined,
        ExpectedBucketOwner: owner,
        IfMatch: etag,
        Range: `bytes=${from}-${to - 1}`,
      });
      const response = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        throw toReadError(error, location, sizeBytes, from);
      });
      if (!(response.Body instanceof Readable)) throw new Error('the SDK returned an unknown type of body');
      try {
        assertSameEtag(name, etag, response);
        const headers = {
          'content-range': response.ContentRange,
          'content-length': response.ContentLength?.toString(),
        };
        // An endpoint without support for ranges sends the whole object.
        const isPartial = response.ContentRange !== undefined;
        return { bytes: response.Body, start: bodyStart(name, headers, { isPartial, sizeBytes, from }) };
      } catch (error) {
        response.Body.on('error', () => undefined).destroy();
        throw error;
      }
    },
  };
}

function toReadError(
  error: unknown,
  { name, owner, versionId }: ObjectLocation,
  sizeBytes: number,
  from: number,
): Error {
  const changed = changeFromStatus(name, statusOf(error), sizeBytes, from);
  if (changed !== undefined) return changed;
  if (isTransientS3Error(error)) {
    return new TransientError(describeNetworkError(error), {
      hint: error instanceof LoaderError ? error.hint : undefined,
    });
  }
  const action = versionId == null ? 'GetObject' : 'GetObjectVersion';
  return toS3Error(error, { action, source: name, owner });
}

function assertSameEtag(name: string, etag: string, { ETag }: GetObjectCommandOutput): void {
  if (ETag === undefined || addQuotes(ETag) === etag) return;
  throw createChangedSourceError(name, `its ETag was ${etag} and is now ${addQuotes(ETag)}`);
}
