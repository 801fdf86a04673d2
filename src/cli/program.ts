import { describeBug, main } from './cli.ts';
import { runInProcess } from './process.ts';

/** Runs the program in this process, and sets its exit status. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  process.exitCode = await runInProcess((io) => main(argv, io), describeBug);
}
