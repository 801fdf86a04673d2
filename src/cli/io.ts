import type { TerminalStream } from '../report/terminal.ts';

/** The process as a command sees it. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
  /** Exits the process immediately. */
  readonly exit: (status: number) => void;
}
