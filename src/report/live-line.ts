import cliProgress, { type MultiBar } from 'cli-progress';
import type { Terminalish } from './terminal.ts';

/** One line on a terminal that is drawn again and again, above which other lines are said. */
export interface LiveLine {
  /** A line that stays. */
  say(text: string): void;
  /** Takes the line away and gives the cursor back. May be called twice. */
  end(): void;
}

/** Clears the rest of a line that a narrower window has wrapped, too. */
const clearFromHere = '\u001b[J';

/**
 * Draws the line at once, ten times a second, and as soon as the window has another width. Each frame is one write:
 * nothing flickers.
 * @param lineOf the text, without colors at most `columns - 1` cells wide.
 */
export function drawLiveLine(stream: Terminalish, lineOf: (columns: number) => string): LiveLine {
  let bars = startDrawing(stream, lineOf);
  let isDrawn = true;
  const redraw = (): void => {
    bars.update();
  };
  stream.on('resize', redraw);
  process.on('SIGTSTP', suspend);
  const forgetLastMoments = atLastMoments(end);

  /** Ctrl-Z: the shell gets its cursor back for as long as this process sleeps. */
  function suspend(): void {
    bars.stop();
    process.kill(process.pid, 'SIGSTOP');
    bars = startDrawing(stream, lineOf);
  }
  function end(): void {
    if (!isDrawn) return;
    isDrawn = false;
    stream.removeListener('resize', redraw);
    process.removeListener('SIGTSTP', suspend);
    forgetLastMoments();
    inOneWrite(stream, () => {
      bars.stop();
    });
  }
  return {
    say(text) {
      if (!isDrawn) return;
      // Not by `MultiBar.log`: cli-progress 3.12.0 cuts what is logged at the width of the window.
      inOneWrite(stream, () => {
        bars.stop();
        stream.write(`${text}\n`);
        bars = startDrawing(stream, lineOf);
      });
    },
    end,
  };
}

/**
 * A MultiBar of one bar. Not a SingleBar: that of cli-progress 3.12.0 ends at the place on the screen where it began,
 * which is another line once the screen has scrolled.
 */
function startDrawing(stream: Terminalish, lineOf: (columns: number) => string): MultiBar {
  // A terminal that takes nothing for a while, as after Ctrl-S, gets no heap of old frames later.
  let isSkipped = false;
  const write = (text: string): boolean => isSkipped || stream.write(text);
  const bars = new cliProgress.MultiBar({
    stream: Object.create(stream, { write: { value: write } }) as NodeJS.WritableStream,
    format(_, { maxWidth }) {
      try {
        return lineOf(maxWidth);
      } catch (error) {
        // What the frame has held back, and the words on the error, can be written.
        stream.uncork();
        throw error;
      }
    },
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
  });
  bars.on('update-pre', () => {
    isSkipped = stream.writableNeedDrain;
    stream.cork();
  });
  // The cursor waits at the beginning of the line: wherever a change of the window takes it, the next frame starts there.
  bars.on('redraw-post', () => {
    write(`${clearFromHere}\r`);
  });
  bars.on('update-post', () => {
    stream.uncork();
    isSkipped = false;
    unref(bars);
  });
  inOneWrite(stream, () => {
    bars.create(1, 0);
    bars.update();
  });
  return bars;
}

/** A line keeps no process alive. cli-progress 3.12.0 sets its timer before each `update-post`, and does not publish it. */
function unref(bars: MultiBar): void {
  const { timer } = bars as unknown as { readonly timer?: NodeJS.Timeout | null };
  timer?.unref();
}

function inOneWrite(stream: Terminalish, act: () => void): void {
  stream.cork();
  try {
    act();
  } finally {
    stream.uncork();
  }
}

/** Ends that leave no time for `end`: an exit, and an error that nobody foresaw, which is about to be told. */
const lastMoments = ['exit', 'uncaughtExceptionMonitor', 'unhandledRejection'];

/** @returns what takes the listeners away. */
function atLastMoments(act: () => void): () => void {
  const moments: NodeJS.EventEmitter = process;
  for (const moment of lastMoments) moments.prependListener(moment, act);
  return () => {
    for (const moment of lastMoments) moments.removeListener(moment, act);
  };
}
