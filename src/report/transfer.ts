import type { ReportSettings } from '../load/settings.ts';
import { drawLiveLine } from './live-line.ts';
import { followPace, type Pace } from './pace.ts';
import { canDrawLive, type Terminalish } from './terminal.ts';
import { pacedBy, transferBar, transferLine, type Transfer } from './transfer-line.ts';

/**
 * Tells how a file gets on: a live line on a terminal that can draw one, plain lines elsewhere, nothing with --quiet.
 * @returns what ends it; nothing of a live line stays.
 */
export function reportTransfer(
  { quiet, reportEveryMs }: Pick<ReportSettings, 'quiet' | 'reportEveryMs'>,
  stderr: Terminalish,
  env: NodeJS.ProcessEnv,
  look: () => Transfer,
): () => void {
  if (quiet) return () => undefined;
  const paceOf = followPace();
  const now = (): [Transfer, Pace] => {
    const transfer = look();
    return [transfer, paceOf(pacedBy(transfer), performance.now())];
  };
  if (canDrawLive(stderr, env)) {
    const line = drawLiveLine(stderr, (columns) => transferBar(...now(), columns));
    return () => {
      line.end();
    };
  }
  now();
  const timer = setInterval(() => {
    stderr.write(`${transferLine(...now())}\n`);
  }, reportEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
