import type { ReportSettings } from '../load/settings.ts';
import { reportLines } from './lines.ts';
import { canDrawLive, type Terminalish } from './terminal.ts';
import type { Report } from '../load/listener.ts';

/**
 * A live line on a terminal that can draw one, plain lines elsewhere, nothing with --quiet. ora and
 * cli-progress are loaded for the first only.
 */
export async function chooseReport(
  settings: Pick<ReportSettings, 'quiet' | 'color' | 'reportEveryMs'>,
  stderr: Terminalish,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Report> {
  if (settings.quiet) return quiet;
  if (!canDrawLive(stderr, env)) return reportLines(stderr, settings.reportEveryMs);
  const { reportLive } = await import('./live.ts');
  return reportLive(stderr, settings.color);
}

const ignore = (): void => undefined;
const quiet: Report = { phase: ignore, begin: ignore, say: ignore, end: ignore };
