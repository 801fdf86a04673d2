import ora, { type Ora } from 'ora';
import { formatBarLine } from './bar-line.ts';
import { cutEnd, toPrintable } from '../text/cells.ts';
import { drawLiveLine, type LiveLine } from './live-line.ts';
import { trackPace } from './pace.ts';
import type { TerminalStream } from './terminal.ts';
import type { LoadListener } from '../load/listener.ts';

/** Maximum width of a spinner frame and the space after it. */
const spinnerCells = 3;

/** Reports progress as a spinner until the first record is sent, then as a bar. Removes both at the end. */
export function reportLive(stderr: TerminalStream, color: boolean): LoadListener {
  let spinner: Ora | undefined;
  let phase = '';
  let bar: ((columns: number) => string) | undefined;
  let line: LiveLine | undefined;

  const lineOf = (columns: number): string => {
    if (bar !== undefined) return bar(columns);
    // ora only supplies the frames. If it drew them itself, ora 9.4.1 would loop forever on a terminal that reports 0
    // columns, because the number of lines to clear is Infinity. Not even Ctrl-C would end it.
    spinner ??= ora({ stream: stderr, discardStdin: false, isEnabled: true, color: color ? 'cyan' : false });
    spinner.text = cutEnd(toPrintable(phase), columns - 1 - spinnerCells);
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
      const paceOf = trackPace();
      bar = (columns) => {
        const progress = look();
        return formatBarLine(progress, paceOf(progress, performance.now()), columns, color);
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
