import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { AbortMultipartUploadCommand, PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { toS3Error } from '../../aws/errors/s3.ts';
import { LoaderError } from '../../errors.ts';
import { formatBytes } from '../../text/format.ts';
import { toPut, type Input } from './input.ts';
import type { Parts } from './parts.ts';

/** Where an object goes, what its metadata says, and how it is put. */
export interface Target {
  readonly bucket: string;
  readonly owner: string;
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Parts;
}

/** What was put. */
export interface Put {
  /** With its quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
}

/**
 * Puts an input as one object: in parts where it has several, in memory that does not grow with it. Where it fails, or is
 * stopped, nothing of it is left; where that cannot be, the error says so.
 * @param moved told how many bytes have arrived
 * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED; INTERRUPTED where `stop` is aborted; see `toS3Error`
 */
export async function putInput(
  client: S3Client,
  input: Input,
  { bucket, owner, key, metadata, parts }: Target,
  { stop, moved }: { readonly stop: AbortSignal; readonly moved: (bytes: number) => void },
): Promise<Put> {
  const count = { bytes: 0 };
  const left: { why?: unknown } = {};
  const close = (): void => {
    void input.source.close();
  };
  stop.addEventListener('abort', close);
  const upload = new Upload({
    client: stoppable(client, owner, stop, left),
    params: {
      ...{ Bucket: bucket, Key: key, ExpectedBucketOwner: owner, ContentType: 'text/csv', Metadata: { ...metadata } },
      Body: Readable.from(bytesOf(input, parts, stop, count), { objectMode: false }),
    },
    partSize: parts.partBytes,
    queueSize: parts.atATime,
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => {
    moved(loaded);
  });
  try {
    const { ETag: etag } = await upload.done();
    if (etag === undefined) throw new Error(`the answer to PUT ${key} lacks an ETag`);
    return { etag, sizeBytes: count.bytes };
  } catch (error) {
    const doing = { source: `s3://${bucket}/${key}`, owner };
    if ('why' in left) throw toS3Error(left.why, { action: 'AbortMultipartUpload', ...doing });
    if (stop.aborted) throw interrupted(input);
    if (error instanceof LoaderError) throw toPut(error);
    throw toS3Error(error, { action: 'PutObject', ...doing });
  } finally {
    stop.removeEventListener('abort', close);
    await input.source.close();
  }
}

async function* bytesOf(
  input: Input,
  { mostBytes }: Parts,
  stop: AbortSignal,
  count: { bytes: number },
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of input.source.read(0)) {
    if (stop.aborted) throw interrupted(input);
    count.bytes += chunk.length;
    if (count.bytes > mostBytes) {
      throw new LoaderError('SOURCE_UNREADABLE', `${input.name} has more than ${formatBytes(mostBytes)}`, {
        place: { source: input.name },
        hint: 'Say with --expected-size how large it may become; nothing of it is left in the bucket.',
      });
    }
    // It lives until its part is made, and a file's memory is taken for the next one. What a stream gives is its own.
    yield input.sizeBytes === undefined ? chunk : Buffer.from(chunk);
  }
}

function interrupted({ name }: Input): LoaderError {
  return new LoaderError('INTERRUPTED', `interrupted: nothing of ${name} was put`, { place: { source: name } });
}

/**
 * The client, but that what carries bytes ends with `stop`, so that nobody waits for a slow line; what is begun is taken away
 * after that. The library leaves the owner out there.
 * @param left is told why parts could not be taken away
 */
function stoppable(client: S3Client, owner: string, stop: AbortSignal, left: { why?: unknown }): S3Client {
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
