import ora, { type Ora } from 'ora';
import { barLine } from './bar-line.ts';
import { cutTo, printable } from '../text/cells.ts';
import { drawLiveLine, type LiveLine } from './live-line.ts';
import { followPace } from './pace.ts';
import type { Terminalish } from './terminal.ts';
import type { Report } from '../load/listener.ts';

/** The spinner's own picture and the space behind it, counted as wide as pictures get. */
const spinnerCells = 3;

/** A spinner until the first record is sent, then one line with a bar; nothing of either stays. */
export function reportLive(stderr: Terminalish, color: boolean): Report {
  let spinner: Ora | undefined;
  let phase = '';
  let bar: ((columns: number) => string) | undefined;
  let line: LiveLine | undefined;

  const lineOf = (columns: number): string => {
    if (bar !== undefined) return bar(columns);
    // It makes the frames only. Drawing them itself, ora 9.4.1 never returns on a terminal that reports 0 columns: the
    // lines to clear are Infinity then, and not even Ctrl-C ends it.
    spinner ??= ora({ stream: stderr, discardStdin: false, isEnabled: true, color: color ? 'cyan' : false });
    spinner.text = cutTo(printable(phase), columns - 1 - spinnerCells);
    return spinner.frame();
  };
  const show = (): void => {
    line ??= drawLiveLine(stderr, lineOf);
  };

  return {
    phase(text) {
      phase = text;
      if (bar === undefined) show();
    },
    begin(look) {
      const paceOf = followPace();
      bar = (columns) => {
        const progress = look();
        return barLine(progress, paceOf(progress, performance.now()), columns, color);
      };
      show();
    },
    say(text) {
      if (line === undefined) stderr.write(`${text}\n`);
      else line.say(text);
    },
    end() {
      line?.end();
      line = undefined;
    },
  };
}
