import { constants } from 'node:os';

/**
 * Signals that request a stop, if the system has them: Ctrl-C, `kill`, a closed terminal, Ctrl-Break.
 * On Windows, SIGTERM ends the process at once: only the last checkpoint remains.
 */
const stopSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];

/**
 * A second signal within this time repeats the first: the terminal signals npx and its child, and npx forwards the signal
 * to the child.
 */
const repeatMs = 200;

export interface StopListener {
  /** Aborted by the first request. */
  readonly signal: AbortSignal;
  /** Stops listening, and restores the default effect of the signals. */
  close(): void;
}

/**
 * Listens for stop requests.
 * @param onFirst called after the signal is aborted
 * @param onSecond called if the user does not want to wait; a closed terminal does not count
 */
export function listenForStop(
  onFirst: () => void,
  onSecond: () => void,
  source: Pick<NodeJS.EventEmitter, 'on' | 'removeListener'> = process,
): StopListener {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      controller.abort();
      onFirst();
    } else if (name !== 'SIGHUP' && performance.now() - firstMs >= repeatMs) {
      onSecond();
    }
  };
  const names = stopSignals.filter((name) => name in constants.signals);
  for (const name of names) source.on(name, onSignal);
  return {
    signal: controller.signal,
    close() {
      for (const name of names) source.removeListener(name, onSignal);
    },
  };
}
