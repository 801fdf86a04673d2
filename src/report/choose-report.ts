import type { ReportSettings } from '../load/settings.ts';
import { reportLines } from './lines.ts';
import { canDrawLive, type TerminalStream } from './terminal.ts';
import type { LoadListener } from '../load/listener.ts';

/**
 * Returns a live line for a terminal that can draw it, nothing for --quiet, else plain lines. Loads ora and cli-progress only
 * for a live line.
 */
export async function chooseReport(
  settings: Pick<ReportSettings, 'quiet' | 'color' | 'reportEveryMs'>,
  stderr: TerminalStream,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LoadListener> {
  if (settings.quiet || !canDrawLive(stderr, env)) return choosePlainReport(settings, stderr);
  const { reportLive } = await import('./live.ts');
  return reportLive(stderr, settings.color);
}

/** Returns plain lines, or nothing for --quiet. */
export function choosePlainReport(
  settings: Pick<ReportSettings, 'quiet' | 'reportEveryMs'>,
  stderr: NodeJS.WritableStream,
): LoadListener {
  return settings.quiet ? quiet : reportLines(stderr, settings.reportEveryMs);
}

const ignore = (): void => undefined;
const quiet: LoadListener = { phase: ignore, begin: ignore, say: ignore, end: ignore };
