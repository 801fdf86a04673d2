import type { ReportSettings } from '../load/settings.ts';
import { drawLiveLine } from './live-line.ts';
import { trackPace, type Pace } from './pace.ts';
import { canDrawLive, type TerminalStream } from './terminal.ts';
import { toPaceInput, formatTransferBar, formatTransferLine, type Transfer } from './transfer-line.ts';

/**
 * Reports the transfer of a file: as a live line on a terminal that can draw it, not at all with --quiet, else as plain lines.
 * @returns ends the report and removes the live line.
 */
export function reportTransfer(
  { quiet, reportEveryMs }: Pick<ReportSettings, 'quiet' | 'reportEveryMs'>,
  stderr: TerminalStream,
  env: NodeJS.ProcessEnv,
  look: () => Transfer,
): () => void {
  if (quiet) return () => undefined;
  const paceOf = trackPace();
  const takeSnapshot = (): [Transfer, Pace] => {
    const transfer = look();
    return [transfer, paceOf(toPaceInput(transfer), performance.now())];
  };
  if (canDrawLive(stderr, env)) {
    const line = drawLiveLine(stderr, (columns) => formatTransferBar(...takeSnapshot(), columns));
    return () => {
      line.end();
    };
  }
  takeSnapshot();
  const timer = setInterval(() => {
    stderr.write(`${formatTransferLine(...takeSnapshot())}\n`);
  }, reportEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
