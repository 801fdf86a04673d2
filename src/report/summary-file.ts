import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LoaderError } from '../errors.ts';
import { reasonsPath, rejectFilesOf, type Summary } from '../load/summary.ts';

/** Only the user may read it (P8). */
const ownerOnly = 0o600;

/** The summary as `--json` prints it: one line. */
export function summaryJson(summary: Summary): string {
  return `${JSON.stringify(summary)}\n`;
}

/**
 * Writes the summary so that the file is either the old one or the whole new one.
 * @throws LoaderError OUTPUT_UNWRITABLE
 */
export async function writeSummary(path: string, summary: Summary): Promise<void> {
  const rejects = rejectFilesOf(summary);
  const others = [
    ...rejects,
    ...rejects.map(reasonsPath),
    ...(summary.checkpoint === null ? [] : [summary.checkpoint]),
  ];
  if (others.some((other) => resolve(other) === resolve(path))) {
    throw new LoaderError(
      'OUTPUT_UNWRITABLE',
      `the summary is not written to ${path}: something else of this run is there`,
      {
        hint: 'give --summary a file of its own; the load itself is not affected',
      },
    );
  }
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, summaryJson(summary), { mode: ownerOnly, flag: 'wx', flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('OUTPUT_UNWRITABLE', `the summary cannot be written to ${path}: ${why}`, {
      hint: 'check that the folder of --summary is there and may be written to; the load itself is not affected',
      cause: error,
    });
  }
}
