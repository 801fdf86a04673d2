import cliProgress, { type MultiBar } from 'cli-progress';
import type { TerminalStream } from './terminal.ts';

/** A line on a terminal that is redrawn in place. Other lines are printed above it. */
export interface LiveLine {
  /** Prints a line above. */
  say(text: string): void;
  /** Removes the line and shows the cursor. May be called twice. */
  end(): void;
}

/** Clears to the end of the screen, because a narrower window may have wrapped the line. */
const clearFromHere = '\u001b[J';

/**
 * Draws the line immediately, ten times a second, and when the width of the window changes. Each frame is one write, so that
 * it does not flicker.
 * @param lineOf returns the text, at most `columns - 1` cells wide without its colors.
 */
export function drawLiveLine(stream: TerminalStream, lineOf: (columns: number) => string): LiveLine {
  let bars = startDrawing(stream, lineOf);
  let isDrawn = true;
  const redraw = (): void => {
    bars.update();
  };
  stream.on('resize', redraw);
  process.on('SIGTSTP', suspend);
  const removeEndListeners = onProcessEnd(end);

  /** Ctrl-Z: shows the cursor while the process is suspended. */
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
    removeEndListeners();
    inOneWrite(stream, () => {
      bars.stop();
    });
  }
  return {
    say(text) {
      if (!isDrawn) return;
      // `MultiBar.log` of cli-progress 3.12.0 truncates lines to the width of the window.
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
 * Creates a MultiBar with one bar. A SingleBar of cli-progress 3.12.0 ends at the screen position where it began, which is a
 * different line after the screen has scrolled.
 */
function startDrawing(stream: TerminalStream, lineOf: (columns: number) => string): MultiBar {
  // Skips frames while the terminal accepts no output, for example after Ctrl-S.
  let isSkipped = false;
  const write = (text: string): boolean => isSkipped || stream.write(text);
  const bars = new cliProgress.MultiBar({
    stream: Object.create(stream, { write: { value: write } }) as NodeJS.WritableStream,
    format(_, { maxWidth }) {
      try {
        return lineOf(maxWidth);
      } catch (error) {
        // Releases the rest of the frame and lets the error be printed.
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
  // The cursor stays at the start of the line. If a window change moves it, the next frame starts there.
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

/** Lets the process exit while a line is drawn. cli-progress 3.12.0 sets its private timer before each `update-post`. */
function unref(bars: MultiBar): void {
  const { timer } = bars as unknown as { readonly timer?: NodeJS.Timeout | null };
  timer?.unref();
}

function inOneWrite(stream: TerminalStream, act: () => void): void {
  stream.cork();
  try {
    act();
  } finally {
    stream.uncork();
  }
}

/** Events after which `end` is not called: an exit, and an unexpected error that is about to be printed. */
const endEvents = ['exit', 'uncaughtExceptionMonitor', 'unhandledRejection'];

/** @returns a function that removes the listeners. */
function onProcessEnd(act: () => void): () => void {
  const emitter: NodeJS.EventEmitter = process;
  for (const event of endEvents) emitter.prependListener(event, act);
  return () => {
    for (const event of endEvents) emitter.removeListener(event, act);
  };
}
