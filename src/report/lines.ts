import { trackPace } from './pace.ts';
import { formatPlainLine } from './progress-line.ts';
import type { LoadListener } from '../load/listener.ts';

/** Milliseconds between two snapshots. A line also reflects what happened since the line before. */
const snapshotIntervalMs = 1_000;

/**
 * Reports progress as plain lines, for a log.
 * @param everyMs milliseconds between two progress lines.
 */
export function reportLines(stderr: NodeJS.WritableStream, everyMs: number): LoadListener {
  let timers: NodeJS.Timeout[] = [];
  const say = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  return {
    phase: say,
    begin(look) {
      const paceOf = trackPace();
      const takeSnapshot = (): string => {
        const progress = look();
        return formatPlainLine(progress, paceOf(progress, performance.now()));
      };
      takeSnapshot();
      const sayProgress = (): void => {
        say(takeSnapshot());
      };
      timers = [setInterval(sayProgress, everyMs), setInterval(takeSnapshot, snapshotIntervalMs)];
      // A report must not keep the process alive.
      for (const timer of timers) timer.unref();
    },
    say,
    end() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
