import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { archived, isPassingS3Error, toS3Error } from '../../../aws/errors/s3.ts';
import { statusOf } from '../../../aws/errors/sdk-error.ts';
import { headObject } from '../../../aws/s3/head-object.ts';
import { listObjects, type BucketObject } from '../../../aws/s3/list-objects.ts';
import { LoaderError } from '../../../errors.ts';
import { cannotRead, changedWhileRead } from '../errors.ts';
import { bodyStart } from './body-start.ts';
import type { ObjectEdge } from './object-bytes.ts';
import { changeTold, TransientError, wordsOf } from './object-errors.ts';
import { baseNameOf } from './object-name.ts';
import { usualPatience, type Patience } from './retry-policy.ts';
import { ObjectSource } from './object.ts';
import { parseS3Name } from './s3-name.ts';
import type { Source } from '../source.ts';

/**
 * The object that `s3://BUCKET/KEY` names, or all objects below `s3://BUCKET/PREFIX/`, in the order of the bytes of their keys.
 * A key is taken as it is written, nothing in it is decoded. It takes s3:GetObject, for a prefix s3:ListBucket too.
 * @throws LoaderError USAGE, SOURCE_UNREADABLE, ACCESS_DENIED, CREDENTIALS_INVALID … (see `toS3Error`)
 */
export async function openS3(name: string, client: S3Client, patience: Patience = usualPatience): Promise<Source[]> {
  const { bucket, key, isPrefix } = parseS3Name(name);
  if (!isPrefix) return [await openObject({ client, bucket, key, name }, patience)];
  const sources: Source[] = [];
  for (const { key: listed, ...object } of await listFiles({ client, bucket, key, name })) {
    const place: Place = { client, bucket, key: listed, name: `s3://${bucket}/${listed}` };
    // What the listing does not say, whether it was restored for instance, the object does.
    const isKnown = object.etag !== undefined && object.sizeBytes !== undefined && !isArchive(object.storageClass);
    sources.push(
      isKnown ? sourceOf(place, object.sizeBytes, object.etag, patience) : await openObject(place, patience),
    );
  }
  if (sources.length === 0) {
    throw cannotRead(name, 'there are no objects below it', {
      hint: 'Check bucket and prefix; a single object is named without `/` at the end.',
    });
  }
  return sources;
}

/** One version of an object, as a HEAD has shown it. */
export interface VersionedObject {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Null where the bucket keeps no versions: then the ETag alone tells versions apart. */
  readonly versionId: string | null;
  readonly etag: string;
  readonly sizeBytes: number;
  /** Account that the bucket must belong to; undefined: any. */
  readonly owner: string | undefined;
}

/**
 * The first bytes of a version of an object, without a request. It takes s3:GetObject, with a version s3:GetObjectVersion.
 * @param endBytes bytes of it to read; default: all.
 */
export function openVersion(object: VersionedObject, endBytes = object.sizeBytes): Source {
  const { bucket, key, sizeBytes, etag } = object;
  const place: Place = { ...object, name: `s3://${bucket}/${key}` };
  return new ObjectSource(edgeOf(place, sizeBytes, quoted(etag)), usualPatience, endBytes);
}

/** Where an object lies. */
interface Place
  extends Pick<VersionedObject, 'client' | 'bucket' | 'key'>, Partial<Pick<VersionedObject, 'versionId' | 'owner'>> {
  /** As it is shown. */
  readonly name: string;
}

async function openObject(place: Place, patience: Patience): Promise<Source> {
  const head = await headOrReason(place);
  const isRestored = head.Restore?.includes('ongoing-request="false"') === true;
  if ((isArchive(head.StorageClass) || head.ArchiveStatus !== undefined) && !isRestored) throw archived(place.name);
  return sourceOf(place, head.ContentLength, head.ETag, patience);
}

/** In the order of the bytes of their keys, without the empty objects that consoles make to stand for folders. */
async function listFiles({ client, bucket, key: prefix, name }: Place): Promise<BucketObject[]> {
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

async function headOrReason({ client, bucket, key, name }: Place): Promise<HeadObjectCommandOutput> {
  const doing = { action: 'GetObject', source: name } as const;
  try {
    return await headObject({ client, bucket }, key);
  } catch (error) {
    if (statusOf(error) === undefined || isPassingS3Error(error)) throw toS3Error(error, doing);
    // The answer to a HEAD has no body that could say why: to a GET it has.
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' });
    const got = await client.send(command).catch((why: unknown) => {
      throw toS3Error(statusOf(why) === 416 ? error : why, doing);
    });
    if (got.Body instanceof Readable) got.Body.on('error', () => undefined).destroy();
    throw toS3Error(error, doing);
  }
}

function sourceOf(
  place: Place,
  sizeBytes: number | undefined,
  etag: string | undefined,
  patience: Patience,
): ObjectSource {
  if (sizeBytes === undefined || etag === undefined || etag.startsWith('W/')) {
    throw cannotRead(place.name, 'the endpoint does not give its size and ETag', {
      hint: 'Save it to a file and load that.',
    });
  }
  return new ObjectSource(edgeOf(place, sizeBytes, quoted(etag)), patience);
}

/** Some endpoints leave the quotes away in listings. */
function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}

function edgeOf(place: Place, sizeBytes: number, etag: string): ObjectEdge {
  const { client, bucket, key, name, versionId, owner } = place;
  return {
    name,
    baseName: baseNameOf(key, bucket),
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
      const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        throw failure(error, place, sizeBytes, from);
      });
      if (!(answer.Body instanceof Readable)) throw new Error('the SDK gave a body of an unknown shape');
      try {
        assertSame(name, etag, answer);
        const headers = { 'content-range': answer.ContentRange, 'content-length': answer.ContentLength?.toString() };
        // An endpoint that knows no ranges sends all of it.
        const isPartial = answer.ContentRange !== undefined;
        return { bytes: answer.Body, start: bodyStart(name, headers, { isPartial, sizeBytes, from }) };
      } catch (error) {
        answer.Body.on('error', () => undefined).destroy();
        throw error;
      }
    },
  };
}

function failure(error: unknown, { name, owner, versionId }: Place, sizeBytes: number, from: number): Error {
  const changed = changeTold(name, statusOf(error), sizeBytes, from);
  if (changed !== undefined) return changed;
  if (isPassingS3Error(error)) {
    return new TransientError(wordsOf(error), { hint: error instanceof LoaderError ? error.hint : undefined });
  }
  const action = versionId == null ? 'GetObject' : 'GetObjectVersion';
  return toS3Error(error, { action, source: name, owner });
}

function assertSame(name: string, etag: string, { ETag }: GetObjectCommandOutput): void {
  if (ETag === undefined || quoted(ETag) === etag) return;
  throw changedWhileRead(name, `its ETag was ${etag} and is ${quoted(ETag)} now`);
}
