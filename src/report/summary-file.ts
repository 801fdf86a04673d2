import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LoaderError } from '../errors.ts';
import { getReasonsPath, listRejectFiles, type Summary } from '../load/summary.ts';

/** Only the user may read the file (P8). */
const ownerOnly = 0o600;

/** Returns the summary as one line of JSON, as `--json` prints it. */
export function formatSummaryJson(summary: Summary): string {
  return `${JSON.stringify(summary)}\n`;
}

/**
 * Writes the summary atomically: the file has either its old or its complete new content.
 * @throws LoaderError OUTPUT_UNWRITABLE
 */
export async function writeSummary(path: string, summary: Summary): Promise<void> {
  const rejects = listRejectFiles(summary);
  const others = [
    ...rejects,
    ...rejects.map(getReasonsPath),
    ...(summary.checkpoint === null ? [] : [summary.checkpoint]),
  ];
  if (others.some((other) => resolve(other) === resolve(path))) {
    throw new LoaderError(
      'OUTPUT_UNWRITABLE',
      `cannot write the summary to ${path} (the load itself is not affected): this run already uses that file`,
      {
        hint: 'Choose a different file for --summary.',
      },
    );
  }
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, formatSummaryJson(summary), { mode: ownerOnly, flag: 'wx', flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError(
      'OUTPUT_UNWRITABLE',
      `cannot write the summary to ${path} (the load itself is not affected): ${why}`,
      {
        hint: 'Check that the folder of --summary exists and is writable.',
        cause: error,
      },
    );
  }
}
