import type { Ministack } from '../emulators/ministack.ts';
import { start, tempDir, type RunOptions, type RunResult, type Running } from './run.ts';

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

/** Runs the built csv2ddb with ministack instead of AWS. */
export function csv2ddb(
  caller: Caller,
  args: readonly string[],
  options: Partial<RunOptions> = {},
): Promise<RunResult> {
  return startCsv2ddb(caller, args, options).ended;
}

/** Starts the built csv2ddb with ministack instead of AWS. */
export function startCsv2ddb(caller: Caller, args: readonly string[], options: Partial<RunOptions> = {}): Running {
  return start(args, { cwd: tempDir(), ...options, env: { ...ministackEnv(caller), ...options.env } });
}
