import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { guardStreams, writeLines } from '../report/output.ts';
import { formatProblem } from '../report/problem.ts';
import type { Io } from './io.ts';

/**
 * Runs the program in this process. It survives closed output streams, and reports an unexpected error as a bug.
 * @param describeBug returns the lines to print for a bug
 * @returns the exit status
 */
export async function runInProcess(
  main: (io: Io) => Promise<ExitStatus>,
  describeBug: (error: unknown) => string[],
): Promise<ExitStatus> {
  const { stdout, stderr, env } = process;
  const exit = (status: number): void => {
    // `main` has not returned, and does not have to.
    process.removeListener('exit', onEarlyExit);
    process.exit(status);
  };
  const outputError = guardStreams(stdout, stderr);
  // A user cannot act on the warnings of Node and the SDK.
  process.removeAllListeners('warning');
  process.on('warning', () => undefined);

  function fail(error: unknown): void {
    const problem = translateDatabaseError(error);
    const lines = problem === undefined ? describeBug(error) : formatProblem(problem, false);
    void writeLines(stderr, lines);
    exit(problem?.exitStatus ?? exitStatus.bug);
  }
  function onEarlyExit(): void {
    void writeLines(stderr, describeBug(new Error('the program exited before it finished')));
    process.exitCode = exitStatus.bug;
  }
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('exit', onEarlyExit);

  const status = await main({
    // A getter, because reading process.stdin opens it.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    env,
    exit,
  });
  process.removeListener('exit', onEarlyExit);
  const lost = outputError();
  if (lost === undefined) return status;
  const error = new LoaderError('OUTPUT_UNWRITABLE', `cannot write the result to stdout: ${lost.message}`);
  await writeLines(stderr, formatProblem(error, false));
  return status === exitStatus.done || status === exitStatus.rejects ? error.exitStatus : status;
}

/** Translates an error that the embedded database throws from its own callbacks, such as a full disk or a damaged file. */
function translateDatabaseError(error: unknown): LoaderError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (!error.code.startsWith('LEVEL_')) return undefined;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return new LoaderError('LOCAL_UNAVAILABLE', `the embedded DynamoDB failed: ${error.message}${cause}`, {
    hint: 'Check the disk that holds its folder, then run again with --resume.',
  });
}
