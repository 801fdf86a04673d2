import { constants } from 'node:os';

/**
 * Wishes to stop, where the system has them: Ctrl-C, `kill`, a closed terminal, Ctrl-Break.
 * On Windows SIGTERM ends a process without asking; the checkpoint of a moment before is what is left then.
 */
const wishes: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];

/**
 * A second signal within this time is the first one again: npx hands on to its child what the terminal has
 * sent to both.
 */
const sameWishMs = 200;

export interface Stop {
  /** Aborted by the first wish. */
  readonly signal: AbortSignal;
  /** Stops listening: signals do again what they do by themselves. */
  close(): void;
}

/**
 * Listens for wishes to stop.
 * @param onFirst after the signal is aborted.
 * @param onSecond for a user who does not want to wait. A closed terminal is no second wish.
 */
export function listenForStop(
  onFirst: () => void,
  onSecond: () => void,
  source: Pick<NodeJS.EventEmitter, 'on' | 'removeListener'> = process,
): Stop {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const wished = (name: NodeJS.Signals): void => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      controller.abort();
      onFirst();
    } else if (name !== 'SIGHUP' && performance.now() - firstMs >= sameWishMs) {
      onSecond();
    }
  };
  const names = wishes.filter((name) => name in constants.signals);
  for (const name of names) source.on(name, wished);
  return {
    signal: controller.signal,
    close() {
      for (const name of names) source.removeListener(name, wished);
    },
  };
}
