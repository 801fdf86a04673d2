import { followPace } from './pace.ts';
import { plainLine } from './progress-line.ts';
import type { Report } from '../load/listener.ts';

/** Looks are taken so often at least, so that a line knows what was between it and the one before. */
const looksEveryMs = 1_000;

/**
 * Plain lines, one now and then, for a log.
 * @param everyMs milliseconds between two progress lines.
 */
export function reportLines(stderr: NodeJS.WritableStream, everyMs: number): Report {
  let timers: NodeJS.Timeout[] = [];
  const say = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  return {
    phase: say,
    begin(look) {
      const paceOf = followPace();
      const lineNow = (): string => {
        const progress = look();
        return plainLine(progress, paceOf(progress, performance.now()));
      };
      lineNow();
      const sayNow = (): void => {
        say(lineNow());
      };
      timers = [setInterval(sayNow, everyMs), setInterval(lineNow, looksEveryMs)];
      // A report keeps no process alive.
      for (const timer of timers) timer.unref();
    },
    say,
    end() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
