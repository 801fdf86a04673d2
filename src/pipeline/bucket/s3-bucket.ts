import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { toS3Error, type S3Action } from '../../aws/s3-errors.ts';
import { statusOf } from '../../aws/service-errors.ts';
import { LoaderError } from '../../errors.ts';
import type { ObjectVersion } from '../state/identity.ts';
import type { Bucket, Stored } from './bucket.ts';

/** A PUT that meets another one is tried again: both may lose, and neither says what lies there now. */
const mostConflicts = 8;
const conflictWaitMs = 50;

export interface S3BucketOptions {
  readonly client: S3Client;
  readonly name: string;
  /** Account that the bucket must belong to; undefined: any. */
  readonly owner: string | undefined;
  /** Told the Date of answers, in ms since 1970. */
  readonly heard?: (dateMs: number) => void;
}

export interface S3Bucket extends Bucket {
  /** Puts an object, whatever lies there. */
  write(key: string, body: Uint8Array): Promise<void>;
}

/**
 * The pipeline's bucket in S3. It takes s3:GetObject, s3:PutObject and s3:DeleteObject on the state, s3:GetObject (with versions
 * s3:GetObjectVersion) on what is imported, and s3:ListBucket.
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, CREDENTIALS_INVALID, ENDPOINT_UNREACHABLE … (see `toS3Error`)
 */
export function s3Bucket({ client, name, owner, heard = () => undefined }: S3BucketOptions): S3Bucket {
  const dates = new WeakMap<object, number>();
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = dateOf(result.response);
      if (date !== undefined && result.output !== undefined) {
        dates.set(result.output, date);
        heard(date);
      }
      return result;
    },
    // Around what makes the output from the answer.
    { step: 'deserialize', priority: 'high', name: 'csv2ddbDate', override: true },
  );
  const at = (key: string) => ({ Bucket: name, Key: key, ExpectedBucketOwner: owner });
  const failed = (error: unknown, key: string, action: S3Action): Error =>
    isNoBucket(error)
      ? noBucket(name)
      : toS3Error(error, { action, source: `s3://${name}/${key}`, owner, mayBeAbsent: true });

  return {
    async get(key): Promise<Stored | undefined> {
      try {
        const answer = await client.send(new GetObjectCommand(at(key)));
        const { Body: body, ETag: etag, LastModified: modified } = answer;
        const date = dates.get(answer);
        if (body === undefined || etag === undefined || modified === undefined || date === undefined) {
          throw new Error(`the answer to GET ${key} lacks ETag, Last-Modified or Date`);
        }
        return { body: await body.transformToString(), etag, ageMs: date - modified.getTime() };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw failed(error, key, 'GetObject');
      }
    },
    async write(key, body) {
      await client.send(new PutObjectCommand({ ...at(key), Body: body })).catch((error: unknown) => {
        throw failed(error, key, 'PutObject');
      });
    },
    async put(key, body, condition) {
      const when = 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: '*' };
      for (let conflicts = 0; ; conflicts++) {
        try {
          const { ETag: etag } = await client.send(
            new PutObjectCommand({ ...at(key), ...when, Body: body, ContentType: 'application/json' }),
          );
          if (etag === undefined) throw new Error(`the answer to PUT ${key} lacks an ETag`);
          return { etag };
        } catch (error) {
          const status = statusOf(error);
          if (status === 412 || (isAbsent(error) && 'ifMatch' in condition)) return undefined;
          if (status !== 409 || conflicts >= mostConflicts) throw failed(error, key, 'PutObject');
          await new Promise((resolve) => setTimeout(resolve, Math.random() * conflictWaitMs * 2 ** conflicts));
        }
      }
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand(at(key))).catch((error: unknown) => {
        throw failed(error, key, 'DeleteObject');
      });
    },
    async list(prefix) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const page = { Bucket: name, Prefix: prefix, ContinuationToken: token, ExpectedBucketOwner: owner };
        const answer = await client.send(new ListObjectsV2Command(page)).catch((error: unknown) => {
          throw failed(error, prefix, 'ListBucket');
        });
        for (const { Key: key } of answer.Contents ?? []) if (key !== undefined) keys.push(key);
        token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
      } while (token !== undefined);
      return keys;
    },
    async head(key): Promise<ObjectVersion | undefined> {
      try {
        return versionIn(name, key, await client.send(new HeadObjectCommand(at(key))));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw failed(error, key, 'GetObject');
      }
    },
  };
}

/** The version that an answer to HEAD is of. */
export function versionIn(bucket: string, key: string, answer: HeadObjectCommandOutput): ObjectVersion {
  const { VersionId: version, ETag: etag, LastModified: modified, ContentLength: sizeBytes } = answer;
  if (etag === undefined || modified === undefined || sizeBytes === undefined) {
    throw new Error(`the answer to HEAD ${key} lacks ETag, Last-Modified or Content-Length`);
  }
  // A bucket whose versions are suspended calls each of them `null`.
  const versionId = version === undefined || version === 'null' ? null : version;
  return { bucket, key, versionId, etag, lastModifiedMs: modified.getTime(), sizeBytes };
}

function isNoBucket(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchBucket';
}

function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && !isNoBucket(error);
}

function noBucket(name: string): LoaderError {
  return new LoaderError('PIPELINE_NOT_FOUND', `the bucket of the pipeline, ${name}, is not there`, {
    hint: 'Check --bucket, --region and --endpoint-url.',
  });
}

function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { date } = response.headers as Record<string, string | undefined>;
  const ms = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}
