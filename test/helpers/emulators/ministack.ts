import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AwsClients, awsClients, destroyClients, type TestCredentials } from './aws-clients.ts';
import type { Skipped } from './dynamodb-local.ts';
import { runMinistack } from './ministack-process.ts';

export type { Skipped } from './dynamodb-local.ts';

const version = '1.5.33';
const installer = fileURLToPath(new URL('install_ministack.py', import.meta.url));
const environment = fileURLToPath(new URL(`../../../.cache/ministack/${version}`, import.meta.url));
const installMs = 300_000;
const [account, region] = ['123456789012', 'us-east-1'];
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Timeout of a hook that starts ministack, including the installation. */
export const ministackHookMs = installMs + 60_000;

/** An emulator of S3, SQS, SNS, Lambda, DynamoDB, IAM and CloudWatch Logs, with clients for its root user. */
export interface Ministack extends AwsClients {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** Credentials of the root user. Without `auth`, all others have the same permissions. */
  readonly credentials: TestCredentials;
  /** Removes all resources. */
  reset(): Promise<void>;
  /** Stops ministack and its functions. */
  stop(): Promise<void>;
  /** Returns its output, for failure messages. */
  log(): string;
}

export interface MinistackOptions {
  /** Enforces policies, for clients and functions. */
  readonly auth?: boolean;
}

/**
 * Starts ministack, in memory, on a free port of the loopback address. Needs python3 with venv. The package comes from
 * its registry the first time and later from `.cache/`.
 * @throws Error instead of skipping, if CSV2DDB_TEST_REQUIRE names ministack.
 */
export async function startMinistack({ auth = false }: MinistackOptions = {}): Promise<Ministack | Skipped> {
  try {
    return await installAndStart(auth);
  } catch (error) {
    const reason = describeError(error);
    if (process.env['CSV2DDB_TEST_REQUIRE']?.split(',').includes('ministack') === true) {
      throw new Error(`CSV2DDB_TEST_REQUIRE names ministack, but it cannot start: ${reason}`, { cause: error });
    }
    process.stderr.write(`skipped: no ministack (${reason})\n`);
    return { skipped: reason };
  }
}

async function installAndStart(auth: boolean): Promise<Ministack> {
  if (process.platform === 'win32') throw new Error('Windows has no process groups, which are needed to stop it');
  await promisify(execFile)('python3', [installer, environment, version], { timeout: installMs });
  const running = await runMinistack(join(environment, 'bin', 'python'), {
    MINISTACK_ACCOUNT_ID: account,
    MINISTACK_REGION: region,
    AUTH: String(auth),
  });
  const clients = awsClients(running.endpoint, credentials);
  return {
    ...clients,
    endpoint: running.endpoint,
    account,
    region,
    credentials,
    reset: async () => {
      const answer = await fetch(`${running.endpoint}/_ministack/reset`, { method: 'POST' });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`ministack reset failed with status ${answer.status}: ${text}`);
    },
    stop: async () => {
      destroyClients(clients);
      await running.stop();
    },
    log: () => running.log(),
  };
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The error message of a failed command contains only the command. Its output is in stderr.
  const { stderr } = error as { stderr?: string };
  return (stderr === undefined || stderr === '' ? error.message : stderr).trim().split('\n')[0] ?? '';
}
