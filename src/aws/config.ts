import { ProxyingHandler } from './net/request-handler.ts';
import { awsTrust } from './net/trust.ts';
import type { AwsSettings } from './settings.ts';
import type { Credentials } from './credentials.ts';
import { malformedEndpoint, toUnansweredError } from './errors/unanswered.ts';

/** Milliseconds until a connection stands. */
const connectionTimeoutMs = 5_000;
/** Milliseconds from a request to its answer, for the rare calls that go through the SDK. */
const usualRequestTimeoutMs = 15_000;

/**
 * The configuration of a client: what the settings leave open, the SDK's default chain decides (AWS_* variables,
 * profile files, SSO, roles, instance metadata). Connections are made by the proxies and authorities of the environment, those
 * of STS and SSO too. Only AWS_CA_BUNDLE is read, no connection opened.
 *
 * A profile that the settings name becomes AWS_PROFILE of this process.
 * @param credentials For an endpoint of our own, which takes any and is reached without a proxy; else the default chain finds them.
 * @throws LoaderError USAGE where the endpoint or AWS_CA_BUNDLE is malformed.
 */
export function sharedConfig(
  { profile, endpointUrl, region = regionOfEnvironment() }: AwsSettings,
  credentials?: Omit<Credentials, 'sessionToken'>,
  { requestTimeoutMs = usualRequestTimeoutMs }: { readonly requestTimeoutMs?: number } = {},
) {
  // The SDK would tell the user of this program to update Node; that is for the release notes to say.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const env = credentials === undefined ? process.env : {};
  const timeouts = { timeoutMs: connectionTimeoutMs, requestTimeoutMs };
  const requestHandler = new ProxyingHandler({ env, secureContext: awsTrust(env), ...timeouts });
  // The SDK looks for a profile's endpoint_url and services under AWS_PROFILE only.
  if (profile !== undefined) process.env['AWS_PROFILE'] = profile;
  if (endpointUrl !== undefined && !isHttpUrl(endpointUrl)) throw malformedEndpoint();
  return {
    requestHandler,
    // Reaches the reader of profile files: keys that were renewed there during a long run are found.
    ignoreCache: true,
    // STS takes the handler from the client; SSO looks for one here only.
    clientConfig: { requestHandler },
    ...(region !== undefined && { region }),
    // Else it warns on the console that the profile goes before keys in the environment: the user said so.
    ...(profile !== undefined && { profile, logger: silent }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    ...(credentials && { credentials }),
  };
}

/**
 * Makes a client.
 * @throws LoaderError USAGE where the SDK finds region or endpoint malformed.
 */
export function makeClient<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw toUnansweredError(error);
  }
}

const ignore = (): void => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** As the AWS CLI has it: AWS_DEFAULT_REGION, which the SDK does not know, comes before the profile's region. */
function regionOfEnvironment(): string | undefined {
  return process.env['AWS_REGION'] || process.env['AWS_DEFAULT_REGION'] || undefined;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
