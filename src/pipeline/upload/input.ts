import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { LoaderError } from '../../errors.ts';
import { isFolder, unreadable } from '../../load/source/errors.ts';
import { openFile } from '../../load/source/file.ts';
import { openPipe } from '../../load/source/pipe.ts';
import type { Source } from '../../load/source/source.ts';
import { openStdin } from '../../load/source/stdin.ts';
import type { UploadSettings } from '../../options/resolve-pipeline.ts';

/**
 * Finds what is to be put, as it lies there: packed bytes stay packed. Nothing of it is read yet.
 * @param file a path; `-` is standard input
 * @throws LoaderError SOURCE_UNREADABLE
 */
export async function openInput(file: string, stdin: NodeJS.ReadableStream): Promise<Source> {
  if (file === '-') return openStdin(stdin, 'none');
  const stats = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (stats.isDirectory()) throw isFolder(file);
  return stats.isFile() ? openFile(file) : openPipe(file, stats, 'none');
}

/**
 * Finds all files that are to be put.
 * @throws LoaderError USAGE, SOURCE_UNREADABLE
 */
export async function openInputs(
  { files, ifChanged }: Pick<UploadSettings, 'files' | 'ifChanged'>,
  stdin: NodeJS.ReadableStream,
): Promise<Source[]> {
  const inputs: Source[] = [];
  for (const file of files) inputs.push(await openInput(file, stdin));
  const stream = inputs.find(({ storedBytes }) => storedBytes === undefined);
  if (!ifChanged || stream === undefined) return inputs;
  throw new LoaderError('USAGE', `--if-changed has to read a file twice, and ${stream.name} can be read only once`, {
    hint: 'Leave --if-changed out, or put it into a file first.',
  });
}

/**
 * SHA-256, in hex, of a file. It reads all of it, and leaves it to be read again.
 * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED, INTERRUPTED
 */
export async function contentSha256(source: Source, stop: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of source.head()) {
      if (stop.aborted) throw new LoaderError('INTERRUPTED', 'interrupted; nothing was put');
      hash.update(chunk);
    }
  } catch (error) {
    throw toPut(error);
  }
  return hash.digest('hex');
}

/** An error of a source, with the hint for those who put it and do not load it here. */
export function toPut(error: unknown): unknown {
  if (!(error instanceof LoaderError) || error.code !== 'SOURCE_CHANGED') return error;
  const { code, message, place } = error;
  return new LoaderError(code, message, { place, hint: 'Put a copy that nothing writes to. Nothing of it is left.' });
}
