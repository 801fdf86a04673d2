import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { AbortMultipartUploadCommand, PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { failing, type BucketPlace } from '../../aws/s3/place.ts';
import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { formatBytes } from '../../text/format.ts';
import { toPut } from './input.ts';
import type { Parts } from './parts.ts';

/** Where an object goes, what its metadata says, and how it is put. */
export interface Target extends BucketPlace {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Parts;
}

/**
 * Puts a source as one object: in parts where it has several, in memory that does not grow with it. Where it fails, or is
 * stopped, nothing of it is left; where that cannot be, the error says so.
 * @param moved is told how many bytes have arrived
 * @returns the ETag, with its quotes
 * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED; INTERRUPTED where `stop` is aborted; see `toS3Error`
 */
export async function putSource(
  source: Source,
  target: Target,
  { stop, moved }: { readonly stop: AbortSignal; readonly moved: { bytes: number } },
): Promise<{ readonly etag: string; readonly sizeBytes: number }> {
  const { client, bucket, owner, key, metadata, parts } = target;
  const count = { bytes: 0 };
  const left: { why?: unknown } = {};
  const close = (): void => {
    void source.close();
  };
  stop.addEventListener('abort', close);
  const upload = new Upload({
    client: stoppable(client, owner, stop, left),
    params: {
      Bucket: bucket,
      Key: key,
      ExpectedBucketOwner: owner,
      ContentType: 'text/csv',
      Metadata: { ...metadata },
      Body: Readable.from(bytesOf(source, parts, stop, count), { objectMode: false }),
    },
    partSize: parts.partBytes,
    queueSize: parts.atATime,
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => {
    moved.bytes = loaded;
  });
  try {
    const { ETag: etag } = await upload.done();
    if (etag === undefined) throw new Error(`the answer to PUT ${key} lacks an ETag`);
    return { etag, sizeBytes: count.bytes };
  } catch (error) {
    if ('why' in left) return failing(target, 'AbortMultipartUpload', key)(left.why);
    if (stop.aborted) throw interrupted(source);
    if (error instanceof LoaderError) throw toPut(error);
    return failing(target, 'PutObject', key)(error);
  } finally {
    stop.removeEventListener('abort', close);
    await source.close();
  }
}

async function* bytesOf(
  source: Source,
  { mostBytes }: Parts,
  stop: AbortSignal,
  count: { bytes: number },
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of source.read(0)) {
    if (stop.aborted) throw interrupted(source);
    count.bytes += chunk.length;
    if (count.bytes > mostBytes) {
      throw new LoaderError('SOURCE_UNREADABLE', `${source.name} has more than ${formatBytes(mostBytes)}`, {
        place: { source: source.name },
        hint: 'Say with --expected-size how large it may become; nothing of it is left in the bucket.',
      });
    }
    // It lives until its part is made, and a file's memory is taken for the next one. What a stream gives is its own.
    yield source.storedBytes === undefined ? chunk : Buffer.from(chunk);
  }
}

function interrupted({ name }: Source): LoaderError {
  return new LoaderError('INTERRUPTED', `interrupted: nothing of ${name} was put`, { place: { source: name } });
}

/**
 * The client, but that what carries bytes ends with `stop`, so that nobody waits for a slow line; what is begun is taken away
 * after that. The library leaves the owner out there.
 * @param left is told why parts could not be taken away
 */
function stoppable(client: S3Client, owner: string | undefined, stop: AbortSignal, left: { why?: unknown }): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    const carries = command instanceof UploadPartCommand || command instanceof PutObjectCommand;
    if (!(command instanceof AbortMultipartUploadCommand)) {
      return client.send(command, carries ? { abortSignal: stop } : {});
    }
    command.input.ExpectedBucketOwner = owner;
    try {
      return await client.send(command);
    } catch (error) {
      left.why = error;
      throw error;
    }
  };
  return new Proxy(client, {
    get: (target, name): unknown => (name === 'send' ? send : Reflect.get(target, name)),
  });
}
