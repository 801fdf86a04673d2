import type { Terminalish } from '../report/terminal.ts';

/** What a command has of its process. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: Terminalish;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process at once. */
  readonly exit: (status: number) => void;
}
