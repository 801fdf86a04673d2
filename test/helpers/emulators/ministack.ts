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

/** The time that a hook which starts ministack needs, where it is installed first. */
export const ministackHookMs = installMs + 60_000;

/** An emulator of S3, SQS, SNS, Lambda, DynamoDB, IAM and CloudWatch Logs, with clients of its root user. */
export interface Ministack extends AwsClients {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** The root user's; without `auth` any others may do as much. */
  readonly credentials: TestCredentials;
  /** Takes away all that was made in it. */
  reset(): Promise<void>;
  /** Ends it and the functions that run in it. */
  stop(): Promise<void>;
  /** What it printed, for the message of a failure. */
  log(): string;
}

export interface MinistackOptions {
  /** Policies are enforced, for clients and for functions. */
  readonly auth?: boolean;
}

/**
 * Starts ministack, in memory, on a free port of the loopback address. Needs python3 with its venv; the package comes
 * from its registry the first time and then from `.cache/`.
 * @throws Error in place of skipping, where CSV2DDB_TEST_REQUIRE names ministack.
 */
export async function startMinistack({ auth = false }: MinistackOptions = {}): Promise<Ministack | Skipped> {
  try {
    return await installAndStart(auth);
  } catch (error) {
    const reason = reasonOf(error);
    if (process.env['CSV2DDB_TEST_REQUIRE']?.split(',').includes('ministack') === true) {
      throw new Error(`no ministack, and CSV2DDB_TEST_REQUIRE asks for it: ${reason}`, { cause: error });
    }
    process.stderr.write(`skipped: no ministack (${reason})\n`);
    return { skipped: reason };
  }
}

async function installAndStart(auth: boolean): Promise<Ministack> {
  if (process.platform === 'win32') throw new Error('it is ended as a process group, which Windows has not');
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
      if (!answer.ok) throw new Error(`ministack's reset answered ${answer.status}: ${text}`);
    },
    stop: async () => {
      destroyClients(clients);
      await running.end();
    },
    log: () => running.log(),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The message of a command that failed is the command itself; what it said comes apart from it.
  const { stderr } = error as { stderr?: string };
  return (stderr === undefined || stderr === '' ? error.message : stderr).trim().split('\n')[0] ?? '';
}
