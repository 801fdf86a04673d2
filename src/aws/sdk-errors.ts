import { fatalError, isAboutTime, meaningOf, type Doing } from '../dynamodb/errors.ts';
import { cleanMessage } from '../text/clean-message.ts';
import { isCertificateError, untrustedEndpoint } from './net/certificates.ts';
import { LoaderError } from '../errors.ts';

/** The properties of an error that say what it is; the SDK's errors and Node's have them all as own ones. */
interface Traits {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
}

/**
 * What the SDK, or the network below it, throws, as a LoaderError with a code and a hint; what is neither
 * comes back as it is (a bug of ours). No credential and no user or query part of a URL gets into it: the
 * original is not kept as `cause`, because its hidden parts hold both.
 *
 * Codes: REGION_MISSING, CREDENTIALS_INVALID, CLOCK_SKEWED, ACCESS_DENIED, TABLE_NOT_FOUND, TABLE_NOT_READY,
 * ENDPOINT_UNREACHABLE, RETRIES_USED_UP (throttled, or 5xx, beyond the SDK's own attempts),
 * REQUEST_REFUSED, INTERRUPTED (aborted by a signal), USAGE (region or endpoint malformed).
 */
export function toLoaderError(error: unknown, doing: Doing): Error {
  if (error instanceof LoaderError) return error;
  if (!(error instanceof Error)) return new Error('something that is no Error was thrown', { cause: error });
  const traits = traitsOf(error);
  return (
    fromConfiguration(traits) ??
    fromNetwork(error, traits) ??
    (traits.status === undefined ? undefined : fromAnswer(traits, traits.status, doing)) ??
    error
  );
}

function fromConfiguration({ name, code, message }: Traits): LoaderError | undefined {
  if (name === 'AbortError') return new LoaderError('INTERRUPTED', 'interrupted');
  if (message === 'Region is missing') {
    return new LoaderError('REGION_MISSING', 'no AWS region is set', {
      hint: 'Give --region, set AWS_REGION, or check that --profile names a profile that has one.',
    });
  }
  if (message.startsWith('Region not accepted')) {
    return new LoaderError('USAGE', 'the AWS region is not a valid name', { hint: 'Check --region and AWS_REGION.' });
  }
  if (code === 'ERR_INVALID_URL') return malformedEndpoint();
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return noCredentials(message);
  return undefined;
}

/** It is not shown: what is malformed may hold a password anywhere. */
export function malformedEndpoint(): LoaderError {
  return new LoaderError('USAGE', 'the endpoint is not a URL that begins with http:// or https://', {
    hint: 'Check --endpoint-url, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB and the endpoint_url of the profile.',
  });
}

/** The provider's own words may quote a command line or a file; only what they are about is told. */
function noCredentials(message: string): LoaderError {
  if (/\bSSO\b/i.test(message)) {
    return new LoaderError('CREDENTIALS_INVALID', 'the SSO session is missing or has expired', {
      hint: 'Run `aws sso login` (with --profile where one is used), then start again.',
    });
  }
  return new LoaderError('CREDENTIALS_INVALID', 'no AWS credentials were found', {
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or check that --profile (AWS_PROFILE) names a profile that exists and has credentials.',
  });
}

const noConnection: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EPROTO',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
]);

function fromNetwork(error: Error, { name, code }: Traits): LoaderError | undefined {
  if (isCertificateError(code)) return untrustedEndpoint(placeOf(error), code);
  const what = name === 'TimeoutError' ? name : code;
  if (name !== 'TimeoutError' && !noConnection.has(code)) return undefined;
  return new LoaderError('ENDPOINT_UNREACHABLE', `${placeOf(error)} does not answer (${what})`, {
    hint: 'Check the network, --region and --endpoint-url (or AWS_ENDPOINT_URL).',
  });
}

/** Host and port as Node's network errors name them; of several addresses tried, the first. */
function placeOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (typeof first !== 'object' || first === null) return 'the endpoint';
  const host = text(first, 'hostname') || text(first, 'address') || text(first, 'host');
  const port: unknown = 'port' in first ? first.port : undefined;
  if (host === '') return 'the endpoint';
  return typeof port === 'number' || typeof port === 'string' ? `${host}:${port}` : host;
}

function fromAnswer({ name, message }: Traits, status: number, doing: Doing): LoaderError {
  if (name === 'SyntaxError') {
    return new LoaderError('REQUEST_REFUSED', `what answers at the endpoint (HTTP ${status}) is not DynamoDB`, {
      hint: 'Check --endpoint-url (or AWS_ENDPOINT_URL).',
    });
  }
  const meaning = meaningOf(name, status);
  switch (meaning.kind) {
    case 'fatal':
      return fatalError(meaning.code, doing, meaning.code === 'REQUEST_REFUSED' ? `${name}: ${message}` : message);
    case 'refused':
      return fatalError('REQUEST_REFUSED', doing, message);
    case 'renew':
      return fatalError('CREDENTIALS_INVALID', doing, '');
    case 'clock':
      // the SDK has corrected a clock that was off already: what is left is the secret key
      return fatalError(isAboutTime(name, message) ? 'CLOCK_SKEWED' : 'CREDENTIALS_INVALID', doing, '');
    case 'throttled':
    case 'unknown':
      return new LoaderError(
        'RETRIES_USED_UP',
        `dynamodb:${doing.action} failed again and again: ${cleanMessage(`${name} ${message}`)}`,
        {
          hint: 'Try again in a while.',
        },
      );
  }
}

function traitsOf(error: Error): Traits {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return {
    name: error.name,
    code: text(error, 'code'),
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
  };
}

function text(from: object, key: string): string {
  const value: unknown = Reflect.get(from, key);
  return typeof value === 'string' ? value : '';
}
