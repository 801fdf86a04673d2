import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { LoaderError } from '../../errors.ts';
import { createFolderError, createUnreadableSourceError } from '../../load/source/errors.ts';
import { openFile } from '../../load/source/file.ts';
import { openPipe } from '../../load/source/pipe.ts';
import type { Source } from '../../load/source/source.ts';
import { openStdin } from '../../load/source/stdin.ts';
import type { UploadSettings } from '../../options/resolve-pipeline.ts';

/**
 * Opens a source to upload. Its bytes are stored as they are, compressed or not. Nothing is read yet.
 * @param file a path; `-` is standard input
 * @throws LoaderError SOURCE_UNREADABLE
 */
export async function openInput(file: string, stdin: NodeJS.ReadableStream): Promise<Source> {
  if (file === '-') return openStdin(stdin, 'none');
  const stats = await stat(file).catch((error: unknown) => {
    throw createUnreadableSourceError(file, error);
  });
  if (stats.isDirectory()) throw createFolderError(file);
  return stats.isFile() ? openFile(file) : openPipe(file, stats, 'none');
}

/**
 * Opens all sources to upload.
 * @throws LoaderError USAGE, SOURCE_UNREADABLE
 */
export async function openSources(
  { files, ifChanged }: Pick<UploadSettings, 'files' | 'ifChanged'>,
  stdin: NodeJS.ReadableStream,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const file of files) sources.push(await openInput(file, stdin));
  const stream = sources.find(({ storedBytes }) => storedBytes === undefined);
  if (!ifChanged || stream === undefined) return sources;
  throw new LoaderError('USAGE', `cannot use --if-changed with ${stream.name}: it can be read only once`, {
    hint: 'Save it to a file first, or omit --if-changed.',
  });
}

/**
 * Returns the SHA-256 of a file, in hex. The file can be read again afterwards.
 * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED, INTERRUPTED
 */
export async function hashContent(source: Source, stop: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of source.head()) {
      if (stop.aborted) throw new LoaderError('INTERRUPTED', 'interrupted: nothing was uploaded');
      hash.update(chunk);
    }
  } catch (error) {
    throw toUploadError(error);
  }
  return hash.digest('hex');
}

/** Gives an error of a source the hint that fits an upload. */
export function toUploadError(error: unknown): unknown {
  if (!(error instanceof LoaderError) || error.code !== 'SOURCE_CHANGED') return error;
  const { code, message, place } = error;
  const hint = 'Upload a copy that no program writes to. Nothing was left in the bucket.';
  return new LoaderError(code, message, { place, hint });
}
