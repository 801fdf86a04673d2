import { Buffer } from 'node:buffer';
import { fdatasyncSync, fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { LoaderError } from '../../errors.ts';
import { createUnwritableError, withFile } from './reject-pair.ts';

/** A file that grows by appending. Buffers bytes until `flush`, and keeps the file open only while writing. */
export class AppendedFile {
  readonly #buffers: Buffer[] = [];
  bufferedBytes = 0;
  writtenBytes: number;

  constructor(writtenBytes = 0) {
    this.writtenBytes = writtenBytes;
  }

  get isEmpty(): boolean {
    return this.writtenBytes + this.bufferedBytes === 0;
  }

  append(bytes: Buffer): void {
    this.#buffers.push(bytes);
    this.bufferedBytes += bytes.length;
  }

  /**
   * Writes the buffered bytes, and waits until they are on disk.
   * @returns the number of bytes written
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  flush(path: string): number {
    if (this.bufferedBytes === 0) return 0;
    const bytes = Buffer.concat(this.#buffers);
    try {
      withFile(path, 'r+', (fd) => {
        for (let at = 0; at < bytes.length;) {
          at += writeSync(fd, bytes, at, bytes.length - at, this.writtenBytes + at);
        }
        fdatasyncSync(fd);
      });
    } catch (error) {
      throw createUnwritableError(path, error);
    }
    this.writtenBytes += bytes.length;
    this.#buffers.length = 0;
    this.bufferedBytes = 0;
    return bytes.length;
  }
}

/**
 * Opens a file of an earlier run, and truncates it to its length at the last checkpoint.
 * @param bytes length in the checkpoint
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
    throw createTruncatedError(path, 'cannot be opened', error);
  }
  if (found < bytes) throw createTruncatedError(path, `has ${found} bytes, but the checkpoint expects ${bytes}`);
  return new AppendedFile(bytes);
}

function createTruncatedError(path: string, problem: string, cause?: unknown): LoaderError {
  return new LoaderError('REJECTS_TRUNCATED', `cannot resume reject file ${path}: it ${problem}`, {
    hint: 'Restore the file, or start over with --restart.',
    cause,
  });
}
