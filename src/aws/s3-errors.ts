import { fatalError, type Doing } from '../dynamodb/errors.ts';
import { cleanMessage } from '../text/clean-message.ts';
import { isCertificateError } from './net/certificates.ts';
import { LoaderError } from '../errors.ts';
import { toLoaderError } from './sdk-errors.ts';
import { statusOf } from './service-errors.ts';

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
  /** That it is not there is no error: then who may not list the bucket, and is not told, lacks a permission. */
  readonly mayBeAbsent?: boolean;
}

/** The words for the codes that are asked for with it name no call. */
const anyDoing: Doing = { action: 'DescribeTable' };

const expiredOrWrong: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

const clockIsOff: ReadonlySet<string> = new Set(['RequestTimeTooSkewed', 'RequestExpired']);

const wrongRegion: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'IncorrectEndpoint',
  'PermanentRedirect',
  'TemporaryRedirect',
]);

const passing: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'ConditionalRequestConflict',
  'InternalError',
  'OperationAborted',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Whether the same request may succeed a little later: S3 is busy, or the network broke. */
export function isPassingS3Error(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Of a proxy; the mark is the one that the SDK goes by.
  if (error instanceof LoaderError) return '$retryable' in error;
  const status = statusOf(error);
  if (status !== undefined) return status >= 500 || status === 429 || status === 408 || passing.has(error.name);
  return isOfNetwork(error) && !isCertificateError(codeOf(error));
}

/**
 * What the SDK throws for a call of S3, or the network below it, as a LoaderError with a code and a hint; what is
 * neither comes back as it is (a bug of ours). No credential gets into it, and the original is not kept as `cause`.
 *
 * Codes: SOURCE_UNREADABLE (no bucket, no object, another region, archived, refused), ACCESS_DENIED (a bucket of another account, too), CREDENTIALS_INVALID,
 * CLOCK_SKEWED, REGION_MISSING, ENDPOINT_UNREACHABLE, RETRIES_USED_UP, REQUEST_REFUSED (that is not S3, or what it does not write), INTERRUPTED, USAGE.
 */
export function toS3Error(error: unknown, doing: S3Doing): Error {
  if (error instanceof LoaderError) return error;
  if (!(error instanceof Error)) return new Error('something that is no Error was thrown', { cause: error });
  const status = statusOf(error);
  if (status !== undefined) return fromAnswer(error, status, doing);
  if (error.name === 'EndpointError') return unreadable(doing, cleanMessage(error.message), 'Check the bucket name.');
  const known = toLoaderError(error, anyDoing);
  if (known instanceof LoaderError || !isOfNetwork(error)) return known;
  return new LoaderError('ENDPOINT_UNREACHABLE', `S3 does not answer (${codeOf(error)})`, {
    hint: 'Check the network, --region and --endpoint-url (or AWS_ENDPOINT_URL).',
  });
}

function fromAnswer(error: Error, status: number, doing: S3Doing): LoaderError {
  const { name } = error;
  // The answer to a HEAD has no body that could say why.
  const said = error.message === 'UnknownError' ? '' : cleanMessage(error.message);
  const why = said === '' ? `HTTP ${status}, without a reason` : `${name}: ${said}`;
  if (expiredOrWrong.has(name)) return fatalError('CREDENTIALS_INVALID', anyDoing, '');
  if (clockIsOff.has(name)) return fatalError('CLOCK_SKEWED', anyDoing, '');
  if (wrongRegion.has(name) || status === 301 || status === 307) return inAnotherRegion(error, doing);
  if (name === 'NoSuchBucket') {
    return unreadable(doing, 'there is no such bucket', 'Check its name, --profile and --endpoint-url.');
  }
  if (name === 'InvalidObjectState') return archived(doing.source);
  if (isPassingS3Error(error)) {
    return new LoaderError('RETRIES_USED_UP', `s3:${doing.action} failed again and again: ${why}`, {
      hint: 'Try again in a while.',
    });
  }
  if (name === 'SyntaxError' || isNotXml(error)) {
    return new LoaderError('REQUEST_REFUSED', `what answers at the endpoint (HTTP ${status}) is not S3`, {
      hint: 'Check --endpoint-url (or AWS_ENDPOINT_URL).',
    });
  }
  if (status === 404) return noSuchObject(doing);
  if (status === 403 || name === 'AccessDenied') return denied(doing, said);
  if (doing.action.startsWith('GetObject') || doing.action === 'ListBucket') return unreadable(doing, why);
  return new LoaderError('REQUEST_REFUSED', `s3:${doing.action} on ${doing.source} is refused: ${why}`);
}

const hintsWhereDenied: Readonly<Record<S3Action, string>> = {
  ListBucket:
    'Allow s3:ListBucket on the bucket and s3:GetObject on its objects to the role or user that runs csv2ddb.',
  GetObject:
    'Allow s3:GetObject on the object to the role or user that runs csv2ddb; without s3:ListBucket on the bucket, a key that is not there looks like this too.',
  GetObjectVersion:
    'Allow s3:GetObjectVersion on the object to the role or user that runs csv2ddb: its bucket has versions.',
  PutObject: 'Allow s3:PutObject on the object to the role or user that runs csv2ddb.',
  DeleteObject: 'Allow s3:DeleteObject on the object to the role or user that runs csv2ddb.',
  AbortMultipartUpload: 'Allow s3:AbortMultipartUpload on the object to the role or user that runs csv2ddb.',
};

/** Who may not list a bucket is not told that an object is missing, only which permission would tell. */
function denied(doing: S3Doing, said: string): LoaderError {
  const lacksList = doing.action.startsWith('GetObject') && /\bs3:ListBucket\b/.test(said);
  if (lacksList && doing.mayBeAbsent !== true) {
    return unreadable(
      doing,
      'it is not there, or not to be seen',
      'Check the key (a prefix ends in `/`); with s3:ListBucket on the bucket S3 says which it is.',
    );
  }
  const { source, owner } = doing;
  const action = lacksList ? 'ListBucket' : doing.action;
  const because = said === '' ? '' : `: ${said}`;
  const belongs = owner === undefined ? '' : ` The bucket must belong to account ${owner} (--bucket-owner), too.`;
  return new LoaderError('ACCESS_DENIED', `s3:${action} on ${source} is not allowed${because}`, {
    place: { source },
    hint: `${hintsWhereDenied[action]}${belongs}`,
  });
}

function noSuchObject(doing: S3Doing): LoaderError {
  return unreadable(
    doing,
    'there is no such object',
    `Check the key; a prefix ends in \`/\`: ${doing.source}/ stands for all objects below it.`,
  );
}

function inAnotherRegion(error: Error, doing: S3Doing): LoaderError {
  const region =
    property(property(property(error, '$response'), 'headers'), 'x-amz-bucket-region') ?? property(error, 'Region');
  const where = typeof region === 'string' && /^[a-z\d-]+$/.test(region) ? region : undefined;
  return unreadable(
    doing,
    where === undefined ? 'its bucket is in another region' : `its bucket is in the region ${where}`,
    `Give ${where === undefined ? "the bucket's region with --region" : `--region ${where}`}, or copy it to a bucket in the table's region.`,
  );
}

/** An object that lies in an archive and was not restored. */
export function archived(source: string): LoaderError {
  return unreadable(
    { action: 'GetObject', source },
    'it is archived (S3 Glacier)',
    'Restore it first: `aws s3api restore-object`.',
  );
}

function unreadable({ source }: S3Doing, why: string, hint?: string): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}: ${why}`, { place: { source }, hint });
}

/** The SDK's parser of answers met something else. */
function isNotXml(error: Error): boolean {
  return /Deserialization error|is not expected|Unclosed|Invalid XML/i.test(error.message);
}

/** Node's codes of sockets, TLS and HTTP parsing; the SDK's own timeouts. */
function isOfNetwork(error: Error): boolean {
  return (
    error.name === 'TimeoutError' || /^(E[A-Z]+|EAI_[A-Z]+|EPROTO|HPE_\w+|ERR_SSL_\w+|ERR_TLS_\w+)$/.test(codeOf(error))
  );
}

function codeOf(error: Error): string {
  const code = property(error, 'code');
  return typeof code === 'string' ? code : '';
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (Reflect.get(of, name) as unknown) : undefined;
}
