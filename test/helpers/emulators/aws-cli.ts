import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Ministack } from './ministack.ts';
import { ministackEnv } from './caller.ts';

const run = promisify(execFile);

/**
 * Returns the path of the AWS CLI (`apt-get install awscli` on Debian). If there is none, prints the reason on stderr
 * and returns undefined.
 */
export async function findAwsCli(): Promise<string | undefined> {
  const reasons: string[] = [];
  for (const program of ['/usr/bin/aws', 'aws']) {
    try {
      await run(program, ['--version']);
      return program;
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  process.stderr.write(`skipped: no AWS CLI (${reasons.join('; ')})\n`);
  return undefined;
}

/** Runs the AWS CLI against ministack. Without --endpoint-url it would call AWS. */
export async function aws(program: string, ministack: Ministack, ...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...ministackEnv(ministack) };
  const { stdout } = await run(program, ['--endpoint-url', ministack.endpoint, ...args], { env });
  return stdout;
}
