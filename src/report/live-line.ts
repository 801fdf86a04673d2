import type { Terminalish } from './terminal.ts';

/** One line on a terminal that is drawn again and again, above which other lines are said. */
export interface LiveLine {
  /** A line that stays. */
  say(text: string): void;
  /** Takes the line away and gives the cursor back. May be called twice. */
  end(): void;
}

/** Not wrapped: the window may have become narrower since the process last heard of its width. */
const wrapOff = '\u001b[?7l';
const wrapOn = '\u001b[?7h';
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
/** What is below the cursor's line goes too: the rest of a line that a narrower window has wrapped. */
const clearFromHere = '\u001b[J';

const takeAway = `\r${clearFromHere}${showCursor}`;

const columnsWhereUnknown = 80;

/**
 * Draws the line at once and every so often, and as soon as the window has another width. Each frame is one write, in
 * which the new text comes before what clears the rest: nothing flickers. Between frames the cursor waits, hidden, at
 * the beginning of the line: wherever a change of the window takes that line, the next frame starts there.
 * @param lineOf the text, without colors at most `columns - 1` cells wide.
 */
export function drawLiveLine(stream: Terminalish, everyMs: number, lineOf: (columns: number) => string): LiveLine {
  const frame = (): string => `\r${wrapOff}${lineOf(stream.columns || columnsWhereUnknown)}${clearFromHere}${wrapOn}\r`;
  const draw = (): void => {
    // A terminal that takes nothing, as after Ctrl-S, gets no heap of old frames later.
    if (stream.writableNeedDrain !== true) stream.write(frame());
  };
  let drawing = true;
  stream.write(hideCursor + frame());
  const timer = setInterval(draw, everyMs);
  // A line keeps no process alive.
  timer.unref();
  stream.on('resize', draw);
  process.on('SIGTSTP', suspend);
  const forgetLastMoments = atLastMoments(end);

  /** Ctrl-Z: the shell gets its cursor back for as long as this process sleeps. */
  function suspend(): void {
    stream.write(takeAway);
    process.kill(process.pid, 'SIGSTOP');
    stream.write(hideCursor + frame());
  }
  function end(): void {
    if (!drawing) return;
    drawing = false;
    clearInterval(timer);
    stream.removeListener('resize', draw);
    process.removeListener('SIGTSTP', suspend);
    forgetLastMoments();
    stream.write(takeAway);
  }
  return {
    say(text) {
      // Cleared first: behind a text as wide as the window there is no place from which to clear.
      if (drawing) stream.write(`\r${clearFromHere}${text}\n${frame()}`);
    },
    end,
  };
}

/**
 * Ends that leave no time for `end`: an exit, and an error that nobody foresaw, which is about to be told.
 * @returns what takes the listeners away.
 */
function atLastMoments(act: () => void): () => void {
  process.prependListener('exit', act);
  process.prependListener('uncaughtExceptionMonitor', act);
  process.prependListener('unhandledRejection', act);
  return () => {
    process.removeListener('exit', act);
    process.removeListener('uncaughtExceptionMonitor', act);
    process.removeListener('unhandledRejection', act);
  };
}
