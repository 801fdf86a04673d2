import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { AbortMultipartUploadCommand, PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { toS3Error } from '../aws/s3-errors.ts';
import { LoaderError } from '../errors.ts';
import { formatBytes } from '../report/format.ts';
import { toPut, type Input } from './input.ts';
import type { Parts } from './parts.ts';

/** Where an object goes, and what its metadata says. */
export interface Target {
  readonly bucket: string;
  readonly owner: string;
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What was put. */
export interface Put {
  /** With its quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
}

/**
 * Puts an input as one object: in parts where it has several, in memory that does not grow with it. Where it fails, or is
 * stopped, nothing of it is left.
 * @param moved told how many bytes have arrived
 * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED; INTERRUPTED where `stop` is aborted; see `toS3Error`
 */
export async function putInput(
  client: S3Client,
  input: Input,
  { bucket, owner, key, metadata }: Target,
  parts: Parts,
  { stop, moved }: { readonly stop: AbortSignal; readonly moved: (bytes: number) => void },
): Promise<Put> {
  const count = { bytes: 0 };
  const close = (): void => {
    void input.source.close();
  };
  stop.addEventListener('abort', close);
  const upload = new Upload({
    client: stoppable(client, owner, stop),
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
    if (stop.aborted) throw interrupted(input);
    if (error instanceof LoaderError) throw toPut(error);
    throw toS3Error(error, { action: 'PutObject', source: `s3://${bucket}/${key}`, owner });
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
    // It lives until its part has arrived, and the source takes the memory for the next one.
    yield Buffer.from(chunk);
  }
}

function interrupted({ name }: Input): LoaderError {
  return new LoaderError('INTERRUPTED', `interrupted: nothing of ${name} was put`, { place: { source: name } });
}

/**
 * The client, but that what carries bytes ends with `stop`, so that nobody waits for a slow line; what is begun is taken away
 * after that. The library leaves the owner out there.
 */
function stoppable(client: S3Client, owner: string, stop: AbortSignal): S3Client {
  const send = (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    if (command instanceof AbortMultipartUploadCommand) command.input.ExpectedBucketOwner = owner;
    const carries = command instanceof UploadPartCommand || command instanceof PutObjectCommand;
    return client.send(command, carries ? { abortSignal: stop } : {});
  };
  return new Proxy(client, {
    get: (target, name): unknown => (name === 'send' ? send : Reflect.get(target, name)),
  });
}
