import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { changedWhileRead, closedWhileRead, notOfKind, notTheSame, unreadable } from './errors.ts';
import type { Source, SourceIdentity } from './source.ts';

/** Bytes read at a time: large enough that a read costs little per record, small enough to stay in the CPU's cache. */
export const fileChunkBytes = 256 * 1024;

/** Bytes of the beginning and of the end that identify a file, together with its size and time. */
export const identifyingBytes = 64 * 1024;

/** Bytes read at a time for a look at the beginning. */
const headChunkBytes = 64 * 1024;

type FileIdentity = Extract<SourceIdentity, { kind: 'file' }>;

/**
 * Opens a regular file for a try, so that one that cannot be read is found before the load begins, and remembers
 * its size and time. It is open again only while somebody reads it: the files of a load may be more than
 * a process may hold open.
 * @throws LoaderError SOURCE_UNREADABLE
 */
export async function openFile(path: string): Promise<Source> {
  return withHandle(path, async (handle) => new FileSource(path, await handle.stat()));
}

class FileSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number;
  readonly #opened: Stats;
  #identity: FileIdentity | undefined;
  readonly #handles = new Set<FileHandle>();
  #isClosed = false;

  constructor(path: string, opened: Stats) {
    this.name = path;
    this.baseName = basename(path);
    this.storedBytes = opened.size;
    this.#opened = opened;
  }

  storedOffset(offset: number): number {
    return offset;
  }

  /** The same wherever the frontier is: computed once. */
  async identify(): Promise<SourceIdentity> {
    return this.#identity ?? withHandle(this.name, (handle) => this.#identifyBy(handle));
  }

  /** On a handle of its own, in chunks with memory of their own. */
  async *head(): AsyncGenerator<Buffer, void, void> {
    const handle = await this.#open();
    try {
      yield* this.#chunks(handle, 0, () => Buffer.allocUnsafe(headChunkBytes));
    } catch (error) {
      throw this.#isClosed ? closedWhileRead(this.name) : error;
    } finally {
      await this.#close(handle);
    }
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    const handle = await this.#open();
    try {
      if (expected !== undefined) await this.#assertIs(handle, offset, expected);
      // One for the whole file: a load reads faster than garbage is collected.
      const memory = Buffer.allocUnsafeSlow(fileChunkBytes);
      yield* this.#chunks(handle, offset, () => memory);
    } catch (error) {
      throw this.#isClosed ? closedWhileRead(this.name) : error;
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
      throw closedWhileRead(this.name);
    }
    this.#handles.add(handle);
    return handle;
  }

  async #close(handle: FileHandle): Promise<void> {
    this.#handles.delete(handle);
    await handle.close();
  }

  async *#chunks(handle: FileHandle, offset: number, memory: () => Buffer): AsyncGenerator<Buffer, void, void> {
    await this.#assertUnchanged(handle);
    for (let at = offset; at < this.storedBytes;) {
      const chunk = await this.#readAt(handle, at, memory().subarray(0, this.storedBytes - at));
      // After the read: what was read before a change is found by the look that follows.
      await this.#assertUnchanged(handle);
      if (chunk.length === 0) throw changedWhileRead(this.name, `it ends at byte ${at} of ${this.storedBytes}`);
      at += chunk.length;
      yield chunk;
    }
    // A file that grows after its last chunk was handed over has changed too.
    await this.#assertUnchanged(handle);
  }

  async #readAt(handle: FileHandle, offset: number, memory: Buffer): Promise<Buffer> {
    try {
      const { bytesRead } = await handle.read(memory, 0, memory.length, offset);
      return memory.subarray(0, bytesRead);
    } catch (error) {
      throw unreadable(this.name, error, offset);
    }
  }

  async #assertUnchanged(handle: FileHandle): Promise<void> {
    const now = await handle.stat().catch((error: unknown) => {
      throw unreadable(this.name, error);
    });
    const { size, mtimeMs, ino } = this.#opened;
    if (now.size !== size) throw changedWhileRead(this.name, `it had ${size} bytes and has ${now.size} now`);
    if (now.mtimeMs !== mtimeMs) throw changedWhileRead(this.name, `it was written to at ${now.mtime.toISOString()}`);
    if (now.ino !== ino) throw changedWhileRead(this.name, 'another file has taken its name');
  }

  async #assertIs(handle: FileHandle, offset: number, expected: SourceIdentity): Promise<void> {
    if (expected.kind !== 'file') throw notOfKind(this.name, expected, 'file');
    const { sizeBytes, mtimeMs, headSha256, tailSha256 } = await this.#identifyBy(handle);
    if (sizeBytes !== expected.sizeBytes) {
      throw notTheSame(this.name, `its size was ${expected.sizeBytes} bytes and is ${sizeBytes} now`);
    }
    if (headSha256 !== expected.headSha256 || tailSha256 !== expected.tailSha256) {
      throw notTheSame(this.name, 'its content is another');
    }
    if (mtimeMs !== expected.mtimeMs) {
      throw notTheSame(this.name, `its time was ${isoTime(expected.mtimeMs)} and is ${isoTime(mtimeMs)} now`);
    }
    if (offset > sizeBytes) throw notTheSame(this.name, `it ends before byte ${offset}, where that run stopped`);
  }

  async #identifyBy(handle: FileHandle): Promise<FileIdentity> {
    await this.#assertUnchanged(handle);
    const length = Math.min(identifyingBytes, this.storedBytes);
    this.#identity ??= {
      kind: 'file',
      sizeBytes: this.storedBytes,
      mtimeMs: this.#opened.mtimeMs,
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
    throw unreadable(path, error);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
