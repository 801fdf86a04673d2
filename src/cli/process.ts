import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { guardStreams, writeLines } from '../report/output.ts';
import { problemLines } from '../report/problem.ts';
import type { Io } from './io.ts';

/**
 * Runs the program in this process: with its streams, which may break without breaking it, and with what nobody
 * foresaw ending as a bug of ours that is told.
 * @param describeBug the lines to print for it.
 * @returns the exit status.
 */
export async function inProcess(
  main: (io: Io) => Promise<ExitStatus>,
  describeBug: (error: unknown) => string[],
): Promise<ExitStatus> {
  const { stdin, stdout, stderr, env } = process;
  const exit = (status: number): void => {
    // Not settled, and not meant to be.
    process.removeListener('exit', neverEnded);
    process.exit(status);
  };
  const lostOutput = guardStreams(stdout, stderr);
  // Warnings of Node and the SDK are for those who write programs, and nothing a user could act on.
  process.removeAllListeners('warning');
  process.on('warning', () => undefined);

  function fail(error: unknown): void {
    const problem = fromDatabase(error);
    const lines = problem === undefined ? describeBug(error) : problemLines(problem, false);
    void writeLines(stderr, lines);
    exit(problem?.exitStatus ?? exitStatus.bug);
  }
  function neverEnded(): void {
    void writeLines(stderr, describeBug(new Error('the program ran out of work before it was done')));
    process.exitCode = exitStatus.bug;
  }
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('exit', neverEnded);

  const status = await main({ stdin, stdout, stderr, env, exit });
  process.removeListener('exit', neverEnded);
  const lost = lostOutput();
  if (lost === undefined) return status;
  const error = new LoaderError('OUTPUT_UNWRITABLE', `the result cannot be written to stdout: ${lost.message}`);
  await writeLines(stderr, problemLines(error, false));
  return status === exitStatus.done || status === exitStatus.rejects ? error.exitStatus : status;
}

/** The embedded database throws from its own callbacks, where nobody can catch it: a full disk, a damaged file. */
function fromDatabase(error: unknown): LoaderError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (!error.code.startsWith('LEVEL_')) return undefined;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return new LoaderError('LOCAL_UNAVAILABLE', `the embedded DynamoDB failed: ${error.message}${cause}`, {
    hint: 'check the disk that holds its folder; then go on with --resume',
  });
}
