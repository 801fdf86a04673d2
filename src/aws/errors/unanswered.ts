import { isCertificateError, untrustedEndpoint } from '../net/certificates.ts';
import { causeOf, isNetworkFailure } from '../net/errors.ts';
import { LoaderError } from '../../errors.ts';
import { property, textIn } from './sdk-error.ts';

/**
 * What the SDK, or the network below it, throws where no answer came, as a LoaderError with a code and a hint; all else
 * comes back as it is: an answer, or a bug of ours.
 *
 * Codes: REGION_MISSING, CREDENTIALS_INVALID, ENDPOINT_UNREACHABLE, INTERRUPTED (aborted by a signal), USAGE (region or
 * endpoint malformed).
 */
export function toUnansweredError(error: unknown): Error {
  if (error instanceof LoaderError) return error;
  if (!(error instanceof Error)) return new Error('something that is no Error was thrown', { cause: error });
  return fromConfiguration(error) ?? fromNetwork(error) ?? error;
}

function fromConfiguration(error: Error): LoaderError | undefined {
  const { name, message } = error;
  if (name === 'AbortError') return new LoaderError('INTERRUPTED', 'interrupted');
  if (message === 'Region is missing') {
    return new LoaderError('REGION_MISSING', 'no AWS region is set', {
      hint: 'Give --region, set AWS_REGION, or check that --profile names a profile that has one.',
    });
  }
  if (message.startsWith('Region not accepted')) {
    return new LoaderError('USAGE', 'the AWS region is not a valid name', { hint: 'Check --region and AWS_REGION.' });
  }
  if (textIn(error, 'code') === 'ERR_INVALID_URL') return malformedEndpoint();
  // A token, a profile or a certificate: the SDK reads files for its settings and credentials only.
  if (['open', 'read'].includes(textIn(error, 'syscall'))) {
    return new LoaderError(
      'CREDENTIALS_INVALID',
      `a file of the AWS configuration cannot be read (${causeOf(error)})`,
      {
        hint: 'Check the files that AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE and the profile name.',
      },
    );
  }
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

function fromNetwork(error: Error): LoaderError | undefined {
  const cause = causeOf(error);
  if (isCertificateError(cause)) return untrustedEndpoint(placeOf(error), cause);
  if (!isNetworkFailure(cause)) return undefined;
  return new LoaderError('ENDPOINT_UNREACHABLE', `${placeOf(error)} does not answer (${cause})`, {
    hint: 'Check the network, --region and --endpoint-url (or AWS_ENDPOINT_URL).',
  });
}

/** Host and port as Node's network errors name them; of several addresses tried, the first. */
function placeOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const host = textIn(first, 'hostname') || textIn(first, 'address') || textIn(first, 'host');
  if (host === '') return 'the endpoint';
  const port = property(first, 'port');
  return typeof port === 'number' || typeof port === 'string' ? `${host}:${port}` : host;
}
