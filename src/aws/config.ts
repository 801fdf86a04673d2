import { ProxyingHandler } from './net/request-handler.ts';
import { trustedAuthorities } from './net/trust.ts';
import type { AwsSettings } from './settings.ts';
import type { Credentials } from './credentials.ts';
import { regionOfEnvironment } from './region.ts';
import { invalidEndpointError, toNoResponseError } from './errors/no-response.ts';

/** Milliseconds to wait for a connection. */
const connectionTimeoutMs = 5_000;
/** Milliseconds to wait for the response to one of the occasional calls that use the SDK. */
const defaultRequestTimeoutMs = 15_000;

/**
 * Returns the configuration of an SDK client. The SDK's default chain (AWS_* variables, profile files, SSO, roles, instance
 * metadata) fills what the settings leave open. All connections, including those to STS and SSO, use the proxies and
 * certificate authorities of the environment. Reads AWS_CA_BUNDLE, but opens no connection.
 *
 * Sets AWS_PROFILE of this process if the settings name a profile.
 * @param credentials Only for the embedded DynamoDB, which is reached without a proxy. Default: the SDK's default chain.
 * @throws LoaderError USAGE if the endpoint or AWS_CA_BUNDLE is not valid.
 */
export function sharedConfig(
  { profile, endpointUrl, region = regionOfEnvironment() }: AwsSettings,
  credentials?: Omit<Credentials, 'sessionToken'>,
  { requestTimeoutMs = defaultRequestTimeoutMs }: { readonly requestTimeoutMs?: number } = {},
) {
  // Without this, the SDK asks users to update Node. The release notes of csv2ddb do that.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const env = credentials === undefined ? process.env : {};
  const timeouts = { timeoutMs: connectionTimeoutMs, requestTimeoutMs };
  const requestHandler = new ProxyingHandler({ env, secureContext: trustedAuthorities(env), ...timeouts });
  // The SDK reads endpoint_url and services of a profile only from AWS_PROFILE.
  if (profile !== undefined) process.env['AWS_PROFILE'] = profile;
  if (endpointUrl !== undefined && !isHttpUrl(endpointUrl)) throw invalidEndpointError();
  return {
    requestHandler,
    // Makes the SDK read profile files again, so that a long run finds renewed keys.
    ignoreCache: true,
    // STS inherits the handler of the client, but SSO reads only this one.
    clientConfig: { requestHandler },
    ...(region !== undefined && { region }),
    // The SDK warns if a profile overrides keys in the environment. The user asked for it, so no warning is needed.
    ...(profile !== undefined && { profile, logger: silentLogger }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    ...(credentials && { credentials }),
  };
}

/**
 * Creates a client.
 * @throws LoaderError USAGE if the SDK rejects the region or the endpoint.
 */
export function makeClient<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw toNoResponseError(error);
  }
}

const ignore = (): void => undefined;
const silentLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
