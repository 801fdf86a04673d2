import type { ReportSettings } from '../load/settings.ts';
import { reportLines } from './lines.ts';
import { canDrawLive, type Terminalish } from './terminal.ts';
import type { Report } from '../load/listener.ts';

/**
 * Returns a live line for a terminal that can draw it, nothing for --quiet, else plain lines. Loads ora and cli-progress only
 * for a live line.
 */
export async function chooseReport(
  settings: Pick<ReportSettings, 'quiet' | 'color' | 'reportEveryMs'>,
  stderr: Terminalish,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Report> {
  if (settings.quiet || !canDrawLive(stderr, env)) return plainReport(settings, stderr);
  const { reportLive } = await import('./live.ts');
  return reportLive(stderr, settings.color);
}

/** Returns plain lines, or nothing for --quiet. */
export function plainReport(
  settings: Pick<ReportSettings, 'quiet' | 'reportEveryMs'>,
  stderr: NodeJS.WritableStream,
): Report {
  return settings.quiet ? quiet : reportLines(stderr, settings.reportEveryMs);
}

const ignore = (): void => undefined;
const quiet: Report = { phase: ignore, begin: ignore, say: ignore, end: ignore };
