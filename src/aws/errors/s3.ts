import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
import { isCertificateError } from '../net/certificates.ts';
import { codeOrName, isNetworkFailure } from '../net/errors.ts';
import { meaningOf, withSharedMeanings } from './meanings.ts';
import { property, statusOf } from './sdk-error.ts';
import { callError, reasonFor, toLoaderError, type ErrorResponse } from './translate.ts';

export type S3Action =
  'GetObject' | 'GetObjectVersion' | 'ListBucket' | 'PutObject' | 'DeleteObject' | 'AbortMultipartUpload';

/** The S3 call that failed, for the message and the hint. */
export interface S3Call {
  /** Required permission: its IAM name without `s3:`. */
  readonly action: S3Action;
  /** `s3://BUCKET/KEY`, or a prefix. */
  readonly source: string;
  /** Account that must own the bucket; undefined: any account. */
  readonly owner?: string | undefined;
  /**
   * Name of the bucket if it belongs to the pipeline. The pipeline expects that objects may be missing, so it needs
   * s3:ListBucket: without it, S3 returns 403 for a missing object.
   */
  readonly pipelineBucket?: string | undefined;
}

/** S3 API Reference, "Error responses". */
const meanings = withSharedMeanings({ unknown: ['ConditionalRequestConflict', 'OperationAborted'] });

const wrongRegion: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'IncorrectEndpoint',
  'PermanentRedirect',
  'TemporaryRedirect',
]);

/** Whether the same request may succeed later, because S3 is busy or the network failed. */
export function isTransientS3Error(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The error of a proxy. The SDK retries errors with this property.
  if (error instanceof LoaderError) return '$retryable' in error;
  const status = statusOf(error);
  if (status !== undefined) return ['throttled', 'unknown'].includes(meaningOf(error.name, status, meanings));
  const code = codeOrName(error);
  return isNetworkFailure(code) && !isCertificateError(code);
}

/**
 * Translates the error of an S3 call to a LoaderError (see `toLoaderError`).
 *
 * More codes: SOURCE_UNREADABLE (no such bucket or object, a different region, archived, refused), PIPELINE_NOT_FOUND (the
 * bucket of the pipeline does not exist). ACCESS_DENIED also covers a bucket of a different account, REQUEST_REFUSED a
 * refused write.
 */
export function toS3Error(error: unknown, call: S3Call): Error {
  if (error instanceof Error && error.name === 'EndpointError') {
    return cannotRead(call.source, error.message, 'Check the bucket name.');
  }
  return toLoaderError(
    error,
    { action: `s3:${call.action}`, on: call.source },
    { title: 'S3', meanings, explain: (code, response) => explain(code, response, call) },
  );
}

/** Returns an error with S3-specific words; undefined if the default words fit. */
function explain(code: ErrorCode, response: ErrorResponse, call: S3Call): LoaderError | undefined {
  const { status, name, reason } = response;
  const { action, source } = call;
  if (wrongRegion.has(name) || status === 301 || status === 307) return wrongRegionError(source, response.error);
  if (name === 'NoSuchBucket') return bucketNotFound(call);
  if (name === 'InvalidObjectState') return archivedObjectError(source);
  if (code === 'ACCESS_DENIED') return accessDenied(call, reason);
  if (code !== 'REQUEST_REFUSED') return undefined;
  if (status === 404) {
    const hint = `Check the key. To load all objects below a prefix, end it with \`/\`: ${source}/`;
    return cannotRead(source, 'the object does not exist', hint);
  }
  const isRead = action.startsWith('GetObject') || action === 'ListBucket';
  return isRead ? cannotRead(source, reasonFor(code, response)) : undefined;
}

/** What else the user should know if one of these actions is denied. */
const notesIfDenied: Partial<Record<S3Action, string>> = {
  GetObject: ' Without s3:ListBucket on the bucket, S3 also denies access to a key that does not exist.',
  GetObjectVersion: ' The bucket has versioning enabled.',
};

/** Without s3:ListBucket, S3 does not say that an object is missing. It only names the missing permission. */
function accessDenied({ action: attempted, source, owner, pipelineBucket }: S3Call, reason: string): LoaderError {
  const lacksList = attempted.startsWith('GetObject') && /\bs3:ListBucket\b/.test(reason);
  if (lacksList && pipelineBucket === undefined) {
    return cannotRead(
      source,
      'the object does not exist, or access to it is denied',
      'Check the key (a prefix ends with `/`). To see which it is, allow s3:ListBucket on the bucket.',
    );
  }
  const action = lacksList ? 'ListBucket' : attempted;
  const on = action === 'ListBucket' ? 'the bucket and s3:GetObject on its objects' : 'the object';
  const ownerNote = owner === undefined ? '' : ` The bucket itself must belong to account ${owner} (--bucket-owner).`;
  const hint = `Allow s3:${action} on ${on} for the role or user that runs csv2ddb.${notesIfDenied[action] ?? ''}${ownerNote}`;
  const call = { action: `s3:${action}`, on: source, place: { source } };
  return callError('ACCESS_DENIED', call, reason, { ACCESS_DENIED: hint });
}

function bucketNotFound({ source, pipelineBucket }: S3Call): LoaderError {
  if (pipelineBucket === undefined) {
    return cannotRead(source, 'the bucket does not exist', 'Check the bucket name, --profile and --endpoint-url.');
  }
  return new LoaderError('PIPELINE_NOT_FOUND', `pipeline bucket ${pipelineBucket} does not exist`, {
    hint: 'Check --bucket, --region and --endpoint-url.',
  });
}

function wrongRegionError(source: string, error: Error): LoaderError {
  const header = property(property(property(error, '$response'), 'headers'), 'x-amz-bucket-region');
  const found = header ?? property(error, 'Region');
  const region = typeof found === 'string' && /^[a-z\d-]+$/.test(found) ? found : undefined;
  return cannotRead(
    source,
    region === undefined ? 'its bucket is in a different region' : `its bucket is in region ${region}`,
    `Set --region${region === undefined ? " to the bucket's region" : ` ${region}`}, or copy the object to a bucket in the table's region.`,
  );
}

/** Returns the error for an archived object that was not restored. */
export function archivedObjectError(source: string): LoaderError {
  return cannotRead(source, 'it is archived (S3 Glacier)', 'Restore it first with `aws s3api restore-object`.');
}

function cannotRead(source: string, why: string, hint?: string): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}: ${cleanMessage(why)}`, {
    place: { source },
    hint,
  });
}
