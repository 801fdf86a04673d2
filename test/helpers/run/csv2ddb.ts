import { type Caller, ministackEnv } from '../emulators/caller.ts';
import { start, tempDir, type RunOptions, type RunResult, type Running } from './run.ts';

/** Runs the installed csv2ddb with ministack instead of AWS. */
export function csv2ddb(
  caller: Caller,
  args: readonly string[],
  options: Partial<RunOptions> = {},
): Promise<RunResult> {
  return startCsv2ddb(caller, args, options).ended;
}

/** Starts the installed csv2ddb with ministack instead of AWS. */
export function startCsv2ddb(caller: Caller, args: readonly string[], options: Partial<RunOptions> = {}): Running {
  return start(args, { cwd: tempDir(), ...options, env: { ...ministackEnv(caller), ...options.env } });
}
