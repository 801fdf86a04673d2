import type { Ministack } from './ministack.ts';

/** The endpoint, region and credentials that a program needs to call ministack. */
export type Caller = Pick<Ministack, 'endpoint' | 'region' | 'credentials'>;

/** Returns environment variables that make csv2ddb call ministack instead of AWS. */
export function ministackEnv({ endpoint, credentials, region }: Caller): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
