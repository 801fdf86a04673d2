import { SingleBar } from 'cli-progress';
import ora, { type Ora } from 'ora';
import { followPace } from './pace.ts';
import { barLine } from './progress-line.ts';
import type { Report, Terminalish } from './report.ts';
import type { Progress } from './summary.ts';

const widthWhereUnknown = 80;

/** A spinner until the first record is sent, then one line with a bar; nothing of either stays. */
export function reportLive(stderr: Terminalish, color: boolean): Report {
  let spinner: Ora | undefined;
  let bar: { start(): void; stop(): void } | undefined;

  return {
    phase(text) {
      if (bar !== undefined) return;
      // Its own handling of stdin would swallow Ctrl-C, and a CSV that comes on it.
      spinner ??= ora({ stream: stderr, discardStdin: false, isEnabled: true, color: color ? 'cyan' : false });
      spinner.start(text);
    },
    begin(look) {
      spinner?.stop();
      bar = liveBar(stderr, look);
      bar.start();
    },
    say(text) {
      const phase = spinner?.isSpinning === true ? spinner.text : undefined;
      spinner?.stop();
      bar?.stop();
      stderr.write(`${text}\n`);
      if (phase !== undefined) spinner?.start(phase);
      bar?.start();
    },
    end() {
      spinner?.stop();
      bar?.stop();
      bar = undefined;
    },
  };
}

function liveBar(stderr: Terminalish, look: () => Progress): { start(): void; stop(): void } {
  const paceOf = followPace();
  const bar = new SingleBar({
    stream: stderr,
    // The bar draws on a timer of its own and asks for the line each time.
    format: () => {
      const progress = look();
      return barLine(progress, paceOf(progress, performance.now()), stderr.columns ?? widthWhereUnknown);
    },
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C is a wish to drain, not to leave: commands/stop.ts has it.
    gracefulExit: false,
    fps: 10,
  });
  return {
    start() {
      bar.start(1, 0);
    },
    stop() {
      bar.stop();
    },
  };
}
