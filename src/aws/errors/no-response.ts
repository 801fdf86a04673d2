import { isCertificateError, untrustedCertificateError } from '../net/certificates.ts';
import { codeOrName, isNetworkFailure } from '../net/errors.ts';
import { LoaderError } from '../../errors.ts';
import { property, stringProperty } from './sdk-error.ts';

/**
 * Translates an error without a response, thrown by the SDK or the network, to a LoaderError with a code and a hint. Returns
 * any other error unchanged: the error of a response, or a bug.
 *
 * Codes: REGION_MISSING, CREDENTIALS_INVALID, ENDPOINT_UNREACHABLE, INTERRUPTED (aborted by a signal), USAGE (the region or
 * the endpoint is not valid).
 */
export function toNoResponseError(error: unknown): Error {
  if (error instanceof LoaderError) return error;
  if (!(error instanceof Error)) return new Error('a value that is not an Error was thrown', { cause: error });
  return toConfigurationError(error) ?? toNetworkError(error) ?? error;
}

function toConfigurationError(error: Error): LoaderError | undefined {
  const { name, message } = error;
  if (name === 'AbortError') return new LoaderError('INTERRUPTED', 'interrupted');
  if (message === 'Region is missing') {
    return new LoaderError('REGION_MISSING', 'no AWS region is set', {
      hint: 'Set --region or AWS_REGION, or add a region to the profile.',
    });
  }
  if (message.startsWith('Region not accepted')) {
    return new LoaderError('USAGE', 'the AWS region is not valid', { hint: 'Check --region and AWS_REGION.' });
  }
  if (stringProperty(error, 'code') === 'ERR_INVALID_URL') return invalidEndpointError();
  // The SDK reads only files with its settings and credentials: a token, a profile or a certificate.
  if (['open', 'read'].includes(stringProperty(error, 'syscall'))) {
    return new LoaderError('CREDENTIALS_INVALID', `cannot read an AWS configuration file (${codeOrName(error)})`, {
      hint: 'Check the files in AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_WEB_IDENTITY_TOKEN_FILE and the profile.',
    });
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return missingCredentials(message);
  return undefined;
}

/** The message does not show the URL, because a malformed URL may hold a password anywhere. */
export function invalidEndpointError(): LoaderError {
  return new LoaderError('USAGE', 'the endpoint URL is not valid: it must start with http:// or https://', {
    hint: 'Check --endpoint-url, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB and endpoint_url in the profile.',
  });
}

/** The message of the provider is not shown, because it may quote a command line or a file. */
function missingCredentials(message: string): LoaderError {
  if (/\bSSO\b/i.test(message)) {
    return new LoaderError('CREDENTIALS_INVALID', 'the SSO session is missing or has expired', {
      hint: 'Run `aws sso login` with the same profile, then try again.',
    });
  }
  return new LoaderError('CREDENTIALS_INVALID', 'no AWS credentials found', {
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or check that the profile in --profile or AWS_PROFILE exists and has credentials.',
  });
}

function toNetworkError(error: Error): LoaderError | undefined {
  const code = codeOrName(error);
  const host = hostOf(error);
  if (isCertificateError(code)) return untrustedCertificateError(host, code);
  if (!isNetworkFailure(code)) return undefined;
  return new LoaderError('ENDPOINT_UNREACHABLE', `cannot reach ${host} (${code})`, {
    hint: 'Check the network, --region and --endpoint-url (or AWS_ENDPOINT_URL).',
  });
}

/** Returns the host and port in a network error of Node; the first one if Node tried several addresses. */
function hostOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const host = stringProperty(first, 'hostname') || stringProperty(first, 'address') || stringProperty(first, 'host');
  if (host === '') return 'the endpoint';
  const port = property(first, 'port');
  return typeof port === 'number' || typeof port === 'string' ? `${host}:${port}` : host;
}
