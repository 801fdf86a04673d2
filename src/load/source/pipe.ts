import type { Stats } from 'node:fs';
import { constants, createReadStream, openSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { Compression } from '../settings.ts';
import { createUnreadableSourceError } from './errors.ts';
import type { Source } from './source.ts';
import { StreamSource } from './stream-source.ts';

/**
 * Creates a source for a named pipe (for example from the shell's `<(command)`) or a device. It is opened when it is
 * read: an open pipe without a reader would block the writer.
 * @throws LoaderError SOURCE_UNREADABLE.
 */
export async function openPipe(path: string, stats: Stats, compression: Compression): Promise<Source> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw createUnreadableSourceError(path, error);
  });
  const open = (): Readable => (stats.isFIFO() ? openFifo(path) : createReadStream(path));
  return new StreamSource(path, basename(path), open, { compression });
}

/**
 * Opens the pipe as a socket. A file read of a pipe without a writer would block a thread, and with it even
 * `process.exit`.
 */
function openFifo(path: string): Readable {
  const { O_RDONLY, O_NONBLOCK } = constants;
  return new Socket({ fd: openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
}
