import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { AbortMultipartUploadCommand, PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { throwS3Error, type BucketAccess } from '../../aws/s3/bucket-access.ts';
import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { formatBytes } from '../../text/format.ts';
import { toUploadError } from './input.ts';
import type { PartSizes } from './parts.ts';

/** The bucket, key, metadata and parts of an object to put. */
export interface PutTarget extends BucketAccess {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: PartSizes;
}

/**
 * Puts a source as one object, in parts if it is large, with constant memory. If it fails or is interrupted, nothing is left in
 * the bucket; if the parts cannot be deleted, the error says so.
 * @param sent receives the number of bytes sent so far
 * @returns the ETag, with its quotes, and the size
 * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED; INTERRUPTED if `stop` is aborted; see `toS3Error`
 */
export async function putSource(
  source: Source,
  target: PutTarget,
  { stop, sent }: { readonly stop: AbortSignal; readonly sent: { bytes: number } },
): Promise<{ readonly etag: string; readonly sizeBytes: number }> {
  const { bucket, owner, key, metadata, parts } = target;
  const read = { bytes: 0 };
  const cleanup: { error?: unknown } = {};
  const close = (): void => {
    void source.close();
  };
  stop.addEventListener('abort', close);
  const upload = new Upload({
    client: makeAbortable(target, stop, cleanup),
    params: {
      Bucket: bucket,
      Key: key,
      ExpectedBucketOwner: owner,
      ContentType: 'text/csv',
      Metadata: { ...metadata },
      Body: Readable.from(readBytes(source, parts, stop, read), { objectMode: false }),
    },
    partSize: parts.partBytes,
    queueSize: parts.concurrentParts,
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => {
    sent.bytes = loaded;
  });
  try {
    const { ETag: etag } = await upload.done();
    if (etag === undefined) throw new Error(`the response to PUT ${key} has no ETag`);
    return { etag, sizeBytes: read.bytes };
  } catch (error) {
    if ('error' in cleanup) return throwS3Error(target, 'AbortMultipartUpload', key)(cleanup.error);
    if (stop.aborted) throw interruptedError(source);
    if (error instanceof LoaderError) throw toUploadError(error);
    return throwS3Error(target, 'PutObject', key)(error);
  } finally {
    stop.removeEventListener('abort', close);
    await source.close();
  }
}

async function* readBytes(
  source: Source,
  { maxBytes }: PartSizes,
  stop: AbortSignal,
  read: { bytes: number },
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of source.read(0)) {
    if (stop.aborted) throw interruptedError(source);
    read.bytes += chunk.length;
    if (read.bytes > maxBytes) {
      throw new LoaderError(
        'SOURCE_UNREADABLE',
        `cannot upload ${source.name}: it is larger than ${formatBytes(maxBytes)}`,
        {
          place: { source: source.name },
          hint: 'Set --expected-size to the maximum size of the input.',
        },
      );
    }
    // A chunk is kept until its part is complete, but a file reuses its buffer. Chunks of streams have their own memory.
    yield source.storedBytes === undefined ? chunk : Buffer.from(chunk);
  }
}

function interruptedError({ name }: Source): LoaderError {
  return new LoaderError('INTERRUPTED', `interrupted: ${name} was not uploaded`, { place: { source: name } });
}

/**
 * Returns a client whose uploads end when `stop` is aborted, so that a slow connection does not delay the exit. The library then
 * deletes the parts, but without the expected owner, which is added here.
 * @param cleanup receives the error if parts could not be deleted
 */
function makeAbortable({ client, owner }: PutTarget, stop: AbortSignal, cleanup: { error?: unknown }): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    const isUpload = command instanceof UploadPartCommand || command instanceof PutObjectCommand;
    if (!(command instanceof AbortMultipartUploadCommand)) {
      return client.send(command, isUpload ? { abortSignal: stop } : {});
    }
    command.input.ExpectedBucketOwner = owner;
    try {
      return await client.send(command);
    } catch (error) {
      cleanup.error = error;
      throw error;
    }
  };
  return new Proxy(client, {
    get: (target, name): unknown => (name === 'send' ? send : Reflect.get(target, name)),
  });
}
