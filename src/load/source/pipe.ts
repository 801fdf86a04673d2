import type { Stats } from 'node:fs';
import { constants, createReadStream, openSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { Compression } from '../settings.ts';
import { unreadable } from './errors.ts';
import type { Source } from './source.ts';
import { StreamSource } from './stream.ts';

/**
 * A named pipe (as the shell's `<(command)` makes them) or a device as a source. It is opened when it is read: an
 * opened pipe that nobody reads would hold up whoever writes to it.
 * @throws LoaderError SOURCE_UNREADABLE
 */
export async function openPipe(path: string, stats: Stats, compression: Compression): Promise<Source> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const open = (): Readable => (stats.isFIFO() ? readFifo(path) : createReadStream(path));
  return new StreamSource(path, basename(path), open, { compression });
}

/**
 * As a socket, because a file read of a pipe that nobody writes to occupies a thread that nothing can end: not even
 * `process.exit` gets past it.
 */
function readFifo(path: string): Readable {
  const { O_RDONLY, O_NONBLOCK } = constants;
  return new Socket({ fd: openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
}
