import { Buffer } from 'node:buffer';
import { fdatasyncSync, fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { LoaderError } from '../../errors.ts';
import { unwritable, withFile } from './reject-pair.ts';

/** A file that bytes are appended to: gathered first, then written in pieces. It is open only while a piece is written. */
export class AppendedFile {
  readonly #gathered: Buffer[] = [];
  gatheredBytes = 0;
  writtenBytes: number;

  constructor(writtenBytes = 0) {
    this.writtenBytes = writtenBytes;
  }

  get isEmpty(): boolean {
    return this.writtenBytes + this.gatheredBytes === 0;
  }

  gather(bytes: Buffer): void {
    this.#gathered.push(bytes);
    this.gatheredBytes += bytes.length;
  }

  /**
   * Writes what is gathered, and waits until it is on the disk.
   * @returns the number of bytes written
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  write(path: string): number {
    if (this.gatheredBytes === 0) return 0;
    const bytes = Buffer.concat(this.#gathered);
    try {
      withFile(path, 'r+', (fd) => {
        for (let at = 0; at < bytes.length;) {
          at += writeSync(fd, bytes, at, bytes.length - at, this.writtenBytes + at);
        }
        fdatasyncSync(fd);
      });
    } catch (error) {
      throw unwritable(path, error);
    }
    this.writtenBytes += bytes.length;
    this.#gathered.length = 0;
    this.gatheredBytes = 0;
    return bytes.length;
  }
}

/**
 * Opens a file of an earlier run: what it wrote after its last checkpoint is cut off.
 * @param bytes that the checkpoint knows of
 * @throws LoaderError REJECTS_TRUNCATED
 */
export function reopenFile(path: string, bytes: number): AppendedFile {
  let found = 0;
  try {
    withFile(path, 'r+', (fd) => {
      found = fstatSync(fd).size;
      if (found >= bytes) ftruncateSync(fd, bytes);
    });
  } catch (error) {
    throw shortened(path, 'cannot be opened', error);
  }
  if (found < bytes) throw shortened(path, `has ${found} bytes, and the checkpoint knows of ${bytes}`);
  return new AppendedFile(bytes);
}

function shortened(path: string, what: string, cause?: unknown): LoaderError {
  return new LoaderError('REJECTS_TRUNCATED', `${path} ${what}: rejects of the earlier run would be lost`, {
    hint: 'put the file back, or start from the beginning with --restart',
    cause,
  });
}
