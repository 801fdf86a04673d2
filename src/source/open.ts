import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LoaderError } from '../errors.ts';
import { isFolder, unreadable } from './errors.ts';
import { openFile } from './file.ts';
import { openPipe } from './pipe.ts';
import type { Source } from './source.ts';
import { openStdin } from './stdin.ts';

/** What systems call standard input as a file. */
const stdinPaths: ReadonlySet<string> = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/**
 * Opens the sources of a load, in the order given, and finds out that each can be read before anything is.
 * @param names paths; `-` is standard input, which can be there only once. A file may be named several times.
 * @throws LoaderError USAGE (standard input twice), SOURCE_UNREADABLE (a missing or unreadable file, a folder)
 */
export async function openSources(names: readonly string[], stdin: NodeJS.ReadableStream): Promise<Source[]> {
  const sources: Source[] = [];
  let isStdinTaken = false;
  for (const name of names) {
    const stats = name === '-' ? undefined : await look(name);
    if (stats?.isFile() === true) {
      sources.push(await openFile(name));
    } else if (stats === undefined || stdinPaths.has(name)) {
      if (isStdinTaken) throw stdinTwice();
      isStdinTaken = true;
      sources.push(openStdin(stdin));
    } else if (stats.isDirectory()) {
      throw isFolder(name);
    } else {
      sources.push(await openPipe(name, stats));
    }
  }
  return sources;
}

async function look(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function stdinTwice(): LoaderError {
  return new LoaderError('USAGE', 'standard input is named twice', {
    hint: 'It can be read only once: name `-` once, or save it to a file.',
  });
}
