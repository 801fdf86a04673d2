import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
import { isCertificateError } from '../net/certificates.ts';
import { causeOf, isNetworkFailure } from '../net/errors.ts';
import { meaningOf, meaningsWith } from './meanings.ts';
import { property, statusOf } from './sdk-error.ts';
import { callError, reasonFor, toLoaderError, type ErrorAnswer } from './translate.ts';

export type S3Action =
  'GetObject' | 'GetObjectVersion' | 'ListBucket' | 'PutObject' | 'DeleteObject' | 'AbortMultipartUpload';

/** What was being done when an error came: for the words of its message and hint. */
export interface S3Doing {
  /** The permission it takes, as IAM names it after `s3:`. */
  readonly action: S3Action;
  /** `s3://BUCKET/KEY`, or a prefix. */
  readonly source: string;
  /** Account that the bucket was asked to belong to; undefined: any. */
  readonly owner?: string | undefined;
  /**
   * The pipeline's own bucket, by its name. That an object of it is not there is no error: then who may not list the
   * bucket, and is not told, lacks a permission.
   */
  readonly pipelineBucket?: string | undefined;
}

/** S3 API Reference, "Error responses". */
const meanings = meaningsWith({ unknown: ['ConditionalRequestConflict', 'OperationAborted'] });

const wrongRegion: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'IncorrectEndpoint',
  'PermanentRedirect',
  'TemporaryRedirect',
]);

/** Whether the same request may succeed a little later: S3 is busy, or the network broke. */
export function isPassingS3Error(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Of a proxy; the mark is the one that the SDK goes by.
  if (error instanceof LoaderError) return '$retryable' in error;
  const status = statusOf(error);
  if (status !== undefined) return ['throttled', 'unknown'].includes(meaningOf(error.name, status, meanings));
  const cause = causeOf(error);
  return isNetworkFailure(cause) && !isCertificateError(cause);
}

/**
 * What the SDK throws for a call of S3, or the network below it, as a LoaderError (see `toLoaderError`).
 *
 * Codes besides: SOURCE_UNREADABLE (no bucket, no object, another region, archived, refused), PIPELINE_NOT_FOUND (no bucket, where it
 * is the pipeline's). ACCESS_DENIED is told of a bucket of another account, too, REQUEST_REFUSED of what S3 does not write.
 */
export function toS3Error(error: unknown, doing: S3Doing): Error {
  if (error instanceof Error && error.name === 'EndpointError') {
    return unreadable(doing.source, error.message, 'Check the bucket name.');
  }
  return toLoaderError(
    error,
    { action: `s3:${doing.action}`, on: doing.source },
    { title: 'S3', meanings, explain: (code, answer) => explain(code, answer, doing) },
  );
}

/** What S3 has words of its own for; and a source that is refused cannot be read. */
function explain(code: ErrorCode, answer: ErrorAnswer, doing: S3Doing): LoaderError | undefined {
  const { status, name, said } = answer;
  const { action, source } = doing;
  if (wrongRegion.has(name) || status === 301 || status === 307) return inAnotherRegion(source, answer.error);
  if (name === 'NoSuchBucket') return noBucket(doing);
  if (name === 'InvalidObjectState') return archived(source);
  if (code === 'ACCESS_DENIED') return denied(doing, said);
  if (code !== 'REQUEST_REFUSED') return undefined;
  if (status === 404) {
    const hint = `Check the key; a prefix ends in \`/\`: ${source}/ stands for all objects below it.`;
    return unreadable(source, 'there is no such object', hint);
  }
  const isRead = action.startsWith('GetObject') || action === 'ListBucket';
  return isRead ? unreadable(source, reasonFor(code, answer)) : undefined;
}

/** What is to be known besides where one of these is not allowed. */
const notesWhereDenied: Partial<Record<S3Action, string>> = {
  GetObject: '; without s3:ListBucket on the bucket, a key that is not there looks like this too',
  GetObjectVersion: ': its bucket has versions',
};

/** Who may not list a bucket is not told that an object is missing, only which permission would tell. */
function denied({ action: asked, source, owner, pipelineBucket }: S3Doing, said: string): LoaderError {
  const lacksList = asked.startsWith('GetObject') && /\bs3:ListBucket\b/.test(said);
  if (lacksList && pipelineBucket === undefined) {
    return unreadable(
      source,
      'it is not there, or not to be seen',
      'Check the key (a prefix ends in `/`); with s3:ListBucket on the bucket S3 says which it is.',
    );
  }
  const action = lacksList ? 'ListBucket' : asked;
  const on = action === 'ListBucket' ? 'the bucket and s3:GetObject on its objects' : 'the object';
  const belongs = owner === undefined ? '' : ` The bucket must belong to account ${owner} (--bucket-owner), too.`;
  const hint = `Allow s3:${action} on ${on} to the role or user that runs csv2ddb${notesWhereDenied[action] ?? ''}.${belongs}`;
  const call = { action: `s3:${action}`, on: source, place: { source } };
  return callError('ACCESS_DENIED', call, said, { ACCESS_DENIED: hint });
}

function noBucket({ source, pipelineBucket }: S3Doing): LoaderError {
  if (pipelineBucket === undefined) {
    return unreadable(source, 'there is no such bucket', 'Check its name, --profile and --endpoint-url.');
  }
  return new LoaderError('PIPELINE_NOT_FOUND', `the bucket of the pipeline, ${pipelineBucket}, is not there`, {
    hint: 'Check --bucket, --region and --endpoint-url.',
  });
}

function inAnotherRegion(source: string, error: Error): LoaderError {
  const region =
    property(property(property(error, '$response'), 'headers'), 'x-amz-bucket-region') ?? property(error, 'Region');
  const where = typeof region === 'string' && /^[a-z\d-]+$/.test(region) ? region : undefined;
  return unreadable(
    source,
    where === undefined ? 'its bucket is in another region' : `its bucket is in the region ${where}`,
    `Give ${where === undefined ? "the bucket's region with --region" : `--region ${where}`}, or copy it to a bucket in the table's region.`,
  );
}

/** An object that lies in an archive and was not restored. */
export function archived(source: string): LoaderError {
  return unreadable(source, 'it is archived (S3 Glacier)', 'Restore it first: `aws s3api restore-object`.');
}

function unreadable(source: string, why: string, hint?: string): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}: ${cleanMessage(why)}`, {
    place: { source },
    hint,
  });
}
