import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { statusOf } from '../../aws/errors/sdk-error.ts';
import { retry } from '../../aws/retry.ts';
import { findObject } from '../../aws/s3/head-object.ts';
import { listObjects } from '../../aws/s3/list-objects.ts';
import { throwS3Error, type BucketAccess } from '../../aws/s3/bucket-access.ts';
import { computeBackoffMs } from '../../dynamodb/backoff.ts';
import type { PipelineBucket, StoredState } from './bucket.ts';

/** Retries of a PUT that conflicts with another PUT. Both can fail, and neither response shows what is stored now. */
const maxConflicts = 8;
const minConflictBackoffMs = 50;
const maxConflictBackoffMs = 6_400;

export interface S3BucketOptions {
  readonly client: S3Client;
  readonly name: string;
  /** Account that must own the bucket; undefined: any. */
  readonly owner: string | undefined;
  /** Receives the Date of each response, in ms since 1970. */
  readonly onDate?: (dateMs: number) => void;
}

export interface S3Bucket extends PipelineBucket {
  /** Puts an object unconditionally. */
  write(key: string, body: Uint8Array): Promise<void>;
}

/**
 * Opens the pipeline's bucket. Requires s3:GetObject, s3:PutObject and s3:DeleteObject on the state, s3:GetObject on the imported
 * objects (s3:GetObjectVersion if the bucket keeps versions), and s3:ListBucket.
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, CREDENTIALS_INVALID, ENDPOINT_UNREACHABLE … (see `toS3Error`)
 */
export function openS3Bucket({ client, name, owner, onDate = () => undefined }: S3BucketOptions): S3Bucket {
  const dates = new WeakMap<object, number>();
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = parseDate(result.response);
      if (date !== undefined && result.output !== undefined) {
        dates.set(result.output, date);
        onDate(date);
      }
      return result;
    },
    // Wraps the middleware that parses the response into the output.
    { step: 'deserialize', priority: 'high', name: 'csv2ddbDate', override: true },
  );
  const at = (key: string) => ({ Bucket: name, Key: key, ExpectedBucketOwner: owner });
  const place: BucketAccess = { client, bucket: name, owner, isPipelineBucket: true };

  return {
    async get(key): Promise<StoredState | undefined> {
      try {
        const response = await client.send(new GetObjectCommand(at(key)));
        const { Body: body, ETag: etag, LastModified: modified } = response;
        const date = dates.get(response);
        if (body === undefined || etag === undefined || modified === undefined || date === undefined) {
          throw new Error(`the response to GET ${key} has no ETag, Last-Modified or Date`);
        }
        return { body: await body.transformToString(), etag, ageMs: date - modified.getTime() };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        return throwS3Error(place, 'GetObject', key)(error);
      }
    },
    async write(key, body) {
      const command = new PutObjectCommand({ ...at(key), Body: body });
      await client.send(command).catch(throwS3Error(place, 'PutObject', key));
    },
    async put(key, body, condition) {
      const when = 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: '*' };
      const command = () => new PutObjectCommand({ ...at(key), ...when, Body: body, ContentType: 'application/json' });
      try {
        const { ETag: etag } = await retry(() => client.send(command()), conflictBackoffMs);
        if (etag === undefined) throw new Error(`the response to PUT ${key} has no ETag`);
        return { etag };
      } catch (error) {
        if (statusOf(error) === 412 || (isNotFound(error) && 'ifMatch' in condition)) return undefined;
        return throwS3Error(place, 'PutObject', key)(error);
      }
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand(at(key))).catch(throwS3Error(place, 'DeleteObject', key));
    },
    list: async (prefix) => (await listObjects(place, prefix)).map(({ key }) => key),
    findLatest: async (key) => (await findObject(place, key))?.version,
  };
}

/** Backs off with full jitter so that the same writers do not conflict again. */
function conflictBackoffMs(error: unknown, conflicts: number): number | undefined {
  if (statusOf(error) !== 409 || conflicts > maxConflicts) return undefined;
  return Math.random() * computeBackoffMs(minConflictBackoffMs, maxConflictBackoffMs, conflicts);
}

function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404 && !(error instanceof Error && error.name === 'NoSuchBucket');
}

function parseDate(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { date } = response.headers as Record<string, string | undefined>;
  const ms = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}
