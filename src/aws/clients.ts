import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { malformedEndpoint, toLoaderError } from './sdk-errors.ts';
import type { AwsSettings } from '../options/settings.ts';
import type { Credentials } from '../wire/credentials.ts';

/** Milliseconds until a connection stands. */
const connectionTimeoutMs = 5_000;
/** Milliseconds from a request to its answer, for the rare calls that go through the SDK. */
const requestTimeoutMs = 15_000;

/**
 * A DynamoDB client for the rare calls (describe, create): what the settings leave open, the SDK's default
 * chain decides (AWS_* variables, profile files, SSO, roles, instance metadata). It tries a call as often as
 * AWS_MAX_ATTEMPTS or the profile says, else 4 times. Making it reads no file and opens no connection:
 * a missing region or credentials show in the first call (see `toLoaderError`).
 *
 * A profile that the settings name becomes AWS_PROFILE of this process.
 * @param credentials For an endpoint of our own, which takes any; else the default chain finds them.
 * @throws LoaderError USAGE where the endpoint or region is malformed.
 */
export function makeDynamoDBClient(aws: AwsSettings, credentials?: Credentials): DynamoDBClient {
  // The SDK would tell the user of this program to update Node; that is for the release notes to say.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const config: DynamoDBClientConfig & { ignoreCache: boolean } = {
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    // Reaches the reader of profile files: keys that were renewed there during a long run are found.
    ignoreCache: true,
  };
  const region = regionOf(aws);
  if (region !== undefined) config.region = region;
  if (aws.profile !== undefined) {
    config.profile = aws.profile;
    // The SDK looks for a profile's endpoint_url and services under AWS_PROFILE only.
    process.env['AWS_PROFILE'] = aws.profile;
    // Else it warns on the console that the profile goes before keys in the environment: the user said so.
    config.logger = silent;
  }
  if (aws.endpointUrl !== undefined) {
    if (!isHttpUrl(aws.endpointUrl)) throw malformedEndpoint();
    config.endpoint = aws.endpointUrl;
  }
  if (credentials !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    config.credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
  try {
    return new DynamoDBClient(config);
  } catch (error) {
    throw toLoaderError(error, { action: 'DescribeTable' });
  }
}

const ignore = (): void => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** As the AWS CLI has it: AWS_DEFAULT_REGION, which the SDK does not know, comes before the profile's region. */
function regionOf(aws: AwsSettings): string | undefined {
  return aws.region ?? (process.env['AWS_REGION'] || process.env['AWS_DEFAULT_REGION'] || undefined);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
