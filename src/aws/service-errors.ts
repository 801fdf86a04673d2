import { isAboutTime } from '../dynamodb/errors.ts';
import { cleanMessage } from '../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../errors.ts';
import { toLoaderError } from './sdk-errors.ts';

/** A call, for the words of its errors. */
export interface ServiceDoing {
  /** As IAM names it: `lambda:CreateFunction`. */
  readonly action: string;
  /** What it was made about: `function csv2ddb`. */
  readonly on: string;
}

/** Names that the services have for what means one thing here; those of a single service are its own module's. */
const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['AccessDenied', 'ACCESS_DENIED'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['AuthorizationError', 'ACCESS_DENIED'],
  ['AuthorizationErrorException', 'ACCESS_DENIED'],
  ['UnauthorizedOperation', 'ACCESS_DENIED'],
  ['NotAuthorized', 'ACCESS_DENIED'],
  ['KmsAccessDenied', 'ACCESS_DENIED'],
  ['OptInRequired', 'ACCESS_DENIED'],
  ['ExpiredToken', 'CREDENTIALS_INVALID'],
  ['ExpiredTokenException', 'CREDENTIALS_INVALID'],
  ['InvalidAccessKeyId', 'CREDENTIALS_INVALID'],
  ['InvalidClientTokenId', 'CREDENTIALS_INVALID'],
  ['UnrecognizedClientException', 'CREDENTIALS_INVALID'],
  ['InvalidSecurity', 'CREDENTIALS_INVALID'],
  ['SignatureDoesNotMatch', 'CREDENTIALS_INVALID'],
  ['InvalidSignatureException', 'CREDENTIALS_INVALID'],
  ['IncompleteSignature', 'CREDENTIALS_INVALID'],
  ['IncompleteSignatureException', 'CREDENTIALS_INVALID'],
  ['MissingAuthenticationToken', 'CREDENTIALS_INVALID'],
  ['MissingAuthenticationTokenException', 'CREDENTIALS_INVALID'],
  ['RequestThrottled', 'RETRIES_USED_UP'],
  ['KmsThrottled', 'RETRIES_USED_UP'],
  ['SlowDown', 'RETRIES_USED_UP'],
  ['Throttling', 'RETRIES_USED_UP'],
  ['ThrottlingException', 'RETRIES_USED_UP'],
  ['TooManyRequestsException', 'RETRIES_USED_UP'],
  ['RequestLimitExceeded', 'RETRIES_USED_UP'],
]);

const hints: Partial<Record<ErrorCode, (doing: ServiceDoing) => string>> = {
  ACCESS_DENIED: ({ action, on }) =>
    `Allow ${action} on ${on} to the role or user that runs csv2ddb: --print-policy prints all that the command needs.`,
  CREDENTIALS_INVALID: () => 'Renew them: `aws sts get-caller-identity` shows who you are.',
  CLOCK_SKEWED: () => 'Set the clock (NTP), then start again.',
  RETRIES_USED_UP: () => 'Try again in a while.',
};

/** HTTP status of the answer that an error of the SDK stands for; undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const metadata = property(error, '$metadata');
  const status = property(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/**
 * What the SDK throws for a call of any service, or the network below it, as a LoaderError with a code and a hint; what is
 * neither comes back as it is (a bug of ours). No credential gets into it, and the original is not kept as `cause`.
 *
 * Codes: ACCESS_DENIED, CREDENTIALS_INVALID, CLOCK_SKEWED, REGION_MISSING, ENDPOINT_UNREACHABLE, RETRIES_USED_UP,
 * REQUEST_REFUSED, INTERRUPTED, USAGE, and those of `more`.
 * @param more names that this service has besides, and hints for them
 */
export function toServiceError(
  error: unknown,
  doing: ServiceDoing,
  more: { readonly codes?: ReadonlyMap<string, ErrorCode>; readonly hints?: Partial<Record<ErrorCode, string>> } = {},
): Error {
  if (error instanceof LoaderError) return error;
  const status = statusOf(error);
  if (!(error instanceof Error) || status === undefined) return toLoaderError(error, { action: 'DescribeTable' });
  const code = codeOf(error, status, more.codes);
  const hint = more.hints?.[code] ?? hints[code]?.(doing);
  const why = cleanMessage(`${error.name}: ${error.message}`);
  return new LoaderError(code, `${doing.action} on ${doing.on} failed: ${why}`, { hint });
}

function codeOf({ name, message }: Error, status: number, more?: ReadonlyMap<string, ErrorCode>): ErrorCode {
  if (isAboutTime(name, message)) return 'CLOCK_SKEWED';
  const known = more?.get(name) ?? codes.get(name);
  if (known !== undefined) return known;
  if (status >= 500 || status === 429) return 'RETRIES_USED_UP';
  return status === 403 ? 'ACCESS_DENIED' : 'REQUEST_REFUSED';
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}
