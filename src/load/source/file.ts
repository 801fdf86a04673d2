import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  createChangedSourceError,
  createReadCanceledError,
  createDifferentKindError,
  createDifferentSourceError,
  createUnreadableSourceError,
} from './errors.ts';
import type { Source, SourceIdentity } from './source.ts';

/** Bytes to read at a time. Large enough to make reads cheap per record, small enough for the CPU cache. */
export const fileChunkBytes = 256 * 1024;

/** Bytes of the start and of the end that identify a file, together with its size and modification time. */
export const identifyingBytes = 64 * 1024;

/** Bytes per chunk of `head`. */
const headChunkBytes = 64 * 1024;

type FileIdentity = Extract<SourceIdentity, { kind: 'file' }>;

/**
 * Checks that a regular file can be opened, and records its size and modification time. The file is open only during
 * a read, because a load may have more files than a process may keep open.
 * @throws LoaderError SOURCE_UNREADABLE.
 */
export async function openFile(path: string): Promise<Source> {
  return withHandle(path, async (handle) => new FileSource(path, await handle.stat()));
}

class FileSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number;
  readonly #stats: Stats;
  #identity: FileIdentity | undefined;
  readonly #handles = new Set<FileHandle>();
  #isClosed = false;

  constructor(path: string, stats: Stats) {
    this.name = path;
    this.baseName = basename(path);
    this.storedBytes = stats.size;
    this.#stats = stats;
  }

  storedOffset(offset: number): number {
    return offset;
  }

  /** Does not depend on the frontier, so it is computed once. */
  async identify(): Promise<SourceIdentity> {
    return this.#identity ?? withHandle(this.name, (handle) => this.#computeIdentity(handle));
  }

  /** Uses a separate handle and separate memory for each chunk. */
  async *head(): AsyncGenerator<Buffer, void, void> {
    const handle = await this.#open();
    try {
      yield* this.#readChunks(handle, 0, () => Buffer.allocUnsafe(headChunkBytes));
    } catch (error) {
      throw this.#isClosed ? createReadCanceledError(this.name) : error;
    } finally {
      await this.#close(handle);
    }
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    const handle = await this.#open();
    try {
      if (expected !== undefined) await this.#assertSame(handle, offset, expected);
      // One buffer for the whole file: a load reads faster than garbage is collected.
      const memory = Buffer.allocUnsafeSlow(fileChunkBytes);
      yield* this.#readChunks(handle, offset, () => memory);
    } catch (error) {
      throw this.#isClosed ? createReadCanceledError(this.name) : error;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#handles].map((handle) => this.#close(handle)));
  }

  async #open(): Promise<FileHandle> {
    const handle = await openHandle(this.name);
    if (this.#isClosed) {
      await handle.close();
      throw createReadCanceledError(this.name);
    }
    this.#handles.add(handle);
    return handle;
  }

  async #close(handle: FileHandle): Promise<void> {
    this.#handles.delete(handle);
    await handle.close();
  }

  async *#readChunks(handle: FileHandle, offset: number, memory: () => Buffer): AsyncGenerator<Buffer, void, void> {
    await this.#assertUnchanged(handle);
    for (let at = offset; at < this.storedBytes;) {
      const chunk = await this.#readAt(handle, at, memory().subarray(0, this.storedBytes - at));
      // Checked after each read, so every change before it is found.
      await this.#assertUnchanged(handle);
      if (chunk.length === 0) throw createChangedSourceError(this.name, `it ends at byte ${at} of ${this.storedBytes}`);
      at += chunk.length;
      yield chunk;
    }
    // A file that grows after its last chunk has changed too.
    await this.#assertUnchanged(handle);
  }

  async #readAt(handle: FileHandle, offset: number, memory: Buffer): Promise<Buffer> {
    try {
      const { bytesRead } = await handle.read(memory, 0, memory.length, offset);
      return memory.subarray(0, bytesRead);
    } catch (error) {
      throw createUnreadableSourceError(this.name, error, offset);
    }
  }

  async #assertUnchanged(handle: FileHandle): Promise<void> {
    const now = await handle.stat().catch((error: unknown) => {
      throw createUnreadableSourceError(this.name, error);
    });
    const { size, mtimeMs, ino } = this.#stats;
    if (now.size !== size)
      throw createChangedSourceError(this.name, `its size was ${size} bytes and is now ${now.size}`);
    if (now.mtimeMs !== mtimeMs)
      throw createChangedSourceError(this.name, `it was modified at ${now.mtime.toISOString()}`);
    if (now.ino !== ino) throw createChangedSourceError(this.name, 'a different file replaced it');
  }

  async #assertSame(handle: FileHandle, offset: number, expected: SourceIdentity): Promise<void> {
    if (expected.kind !== 'file') throw createDifferentKindError(this.name, expected, 'file');
    const { sizeBytes, mtimeMs, headSha256, tailSha256 } = await this.#computeIdentity(handle);
    if (sizeBytes !== expected.sizeBytes) {
      throw createDifferentSourceError(this.name, `its size was ${expected.sizeBytes} bytes and is now ${sizeBytes}`);
    }
    if (headSha256 !== expected.headSha256 || tailSha256 !== expected.tailSha256) {
      throw createDifferentSourceError(this.name, 'its content is different');
    }
    if (mtimeMs !== expected.mtimeMs) {
      throw createDifferentSourceError(
        this.name,
        `its modification time was ${formatTime(expected.mtimeMs)} and is now ${formatTime(mtimeMs)}`,
      );
    }
    if (offset > sizeBytes)
      throw createDifferentSourceError(this.name, `it ends before byte ${offset}, where the earlier run stopped`);
  }

  async #computeIdentity(handle: FileHandle): Promise<FileIdentity> {
    await this.#assertUnchanged(handle);
    const length = Math.min(identifyingBytes, this.storedBytes);
    this.#identity ??= {
      kind: 'file',
      sizeBytes: this.storedBytes,
      mtimeMs: this.#stats.mtimeMs,
      headSha256: sha256(await this.#readAt(handle, 0, Buffer.allocUnsafe(length))),
      tailSha256: sha256(await this.#readAt(handle, this.storedBytes - length, Buffer.allocUnsafe(length))),
    };
    return this.#identity;
  }
}

async function withHandle<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await openHandle(path);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function openHandle(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw createUnreadableSourceError(path, error);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
