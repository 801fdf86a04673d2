/** A stream that may be a terminal. */
export interface Terminalish extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly writableNeedDrain?: boolean;
  /** What is written between `cork` and `uncork` goes out in one piece. */
  cork(): void;
  uncork(): void;
}

/** Whether a line can be drawn over on the stream. */
export function canDrawLive(stream: Terminalish, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
