import type { Surroundings } from '../options/resolve.ts';
import type { Terminalish } from '../report/terminal.ts';
import { isFile } from '../load/source/is-file.ts';

/** What a command has of its process. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: Terminalish;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process at once. */
  readonly exit: (status: number) => void;
}

export function surroundingsOf(io: Io): Surroundings {
  return { env: io.env, stdinIsTerminal: io.stdin.isTTY === true, isFile };
}
