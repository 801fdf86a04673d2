import { followPace } from './pace.ts';
import { plainLine } from './progress-line.ts';
import type { Report } from './report.ts';

/**
 * Plain lines, one now and then, for a log.
 * @param everyMs milliseconds between two progress lines.
 */
export function reportLines(stderr: NodeJS.WritableStream, everyMs: number): Report {
  let timer: NodeJS.Timeout | undefined;
  const say = (text: string): void => {
    stderr.write(`${text}\n`);
  };
  return {
    phase: say,
    begin(look) {
      const paceOf = followPace();
      paceOf(look(), performance.now());
      timer = setInterval(() => {
        const progress = look();
        say(plainLine(progress, paceOf(progress, performance.now())));
      }, everyMs);
      // A report keeps no process alive.
      timer.unref();
    },
    say,
    end() {
      clearInterval(timer);
    },
  };
}
