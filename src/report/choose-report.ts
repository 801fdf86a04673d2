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
  if (settings.quiet || !canDrawLive(stderr, env)) return plainReport(settings, stderr);
  const { reportLive } = await import('./live.ts');
  return reportLive(stderr, settings.color);
}

/** Plain lines, or nothing with --quiet. */
export function plainReport(
  settings: Pick<ReportSettings, 'quiet' | 'reportEveryMs'>,
  stderr: NodeJS.WritableStream,
): Report {
  return settings.quiet ? quiet : reportLines(stderr, settings.reportEveryMs);
}

const ignore = (): void => undefined;
const quiet: Report = { phase: ignore, begin: ignore, say: ignore, end: ignore };
