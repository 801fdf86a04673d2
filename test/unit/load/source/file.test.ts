import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileChunkBytes, identifyingBytes, openFile } from '../../../../src/load/source/file.ts';
import type { SourceIdentity } from '../../../../src/load/source/source.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { joined } from './packed/packing.ts';
import { bytesOf, loaderError } from './reading.ts';

const folder = tempDir();
const long = randomBytes(2.5 * fileChunkBytes);
let made = 0;

function makeFile(bytes: Buffer | string): string {
  const path = join(folder, `people-${++made}.csv`);
  writeFileSync(path, bytes);
  return path;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test.each([0, 1, identifyingBytes, fileChunkBytes, fileChunkBytes + 1, long.length])(
  'a file of %i bytes is read as it is',
  async (length) => {
    const bytes = long.subarray(0, length);
    const source = await openFile(makeFile(bytes));
    expect(source.storedBytes).toBe(length);
    expect([source.storedOffset(0), source.storedOffset(length)]).toEqual([0, length]);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
  },
);

test('a file has its path as its name, and the last part of it as base name', async () => {
  const path = makeFile('a\n');
  const source = await openFile(path);
  expect([source.name, source.baseName]).toEqual([path, `people-${made}.csv`]);
});

test.each([1, fileChunkBytes, fileChunkBytes + 7, long.length])('reading starts at byte %i', async (offset) => {
  const source = await openFile(makeFile(long));
  expect((await bytesOf(source, offset)).equals(long.subarray(offset))).toBe(true);
});

test('chunks are of 256 KiB, in memory that is used again', async () => {
  const source = await openFile(makeFile(long));
  const sizes: number[] = [];
  const buffers = new Set<ArrayBufferLike>();
  for await (const chunk of source.read(0)) {
    sizes.push(chunk.length);
    buffers.add(chunk.buffer);
  }
  expect(sizes).toEqual([fileChunkBytes, fileChunkBytes, fileChunkBytes / 2]);
  expect(buffers.size).toBe(1);
});

test('a file is identified by size, time and the hashes of its ends', async () => {
  const path = makeFile(long);
  const source = await openFile(path);
  const identity: SourceIdentity = {
    kind: 'file',
    sizeBytes: long.length,
    mtimeMs: statSync(path).mtimeMs,
    headSha256: sha256(long.subarray(0, identifyingBytes)),
    tailSha256: sha256(long.subarray(-identifyingBytes)),
  };
  expect(await source.identify(0)).toEqual(identity);
  expect(await source.identify(1000)).toEqual(identity);
});

test('an empty file has an identity too', async () => {
  const source = await openFile(makeFile(''));
  const empty = sha256(Buffer.alloc(0));
  expect(await source.identify(0)).toMatchObject({ sizeBytes: 0, headSha256: empty, tailSha256: empty });
});

test('the same file is read on where a run stopped', async () => {
  const path = makeFile(long);
  const identity = await (await openFile(path)).identify(0);
  const again = JSON.parse(JSON.stringify(identity)) as SourceIdentity;
  expect((await bytesOf(await openFile(path), 300_000, again)).equals(long.subarray(300_000))).toBe(true);
});

test.each<[what: string, change: (path: string) => void, message: RegExp]>([
  [
    'a file of another size',
    (path) => {
      appendFileSync(path, 'x');
    },
    /not what the earlier run read: its size was 655360 bytes and is 655361/,
  ],
  [
    'a file of another time',
    (path) => {
      utimesSync(path, 1, 1);
    },
    /its time was .* and is 1970-01-01T00:00:01.000Z now/,
  ],
  [
    'a file with another beginning',
    (path) => {
      rewrite(path, 5);
    },
    /its content is another/,
  ],
  [
    'a file with another end',
    (path) => {
      rewrite(path, long.length - 5);
    },
    /its content is another/,
  ],
])('%s is not read on', async (_, change, message) => {
  const path = makeFile(long);
  const identity = await (await openFile(path)).identify(0);
  change(path);
  await expect(bytesOf(await openFile(path), 1000, identity)).rejects.toThrow(
    loaderError('SOURCE_CHANGED', message, /--restart/),
  );
});

/** Changes one byte, and nothing of what `stat` shows. */
function rewrite(path: string, at: number): void {
  const { atime, mtime } = statSync(path);
  const bytes = Buffer.from(long);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
}

test('a file is not read on where the run read standard input', async () => {
  const source = await openFile(makeFile('a\n'));
  const stdin: SourceIdentity = { kind: 'stdin', hashedBytes: 0, sha256: '' };
  await expect(bytesOf(source, 0, stdin)).rejects.toThrow(loaderError('SOURCE_CHANGED', /standard input/));
});

test('a file is not read on behind its end', async () => {
  const path = makeFile('a\n');
  const identity = await (await openFile(path)).identify(0);
  await expect(bytesOf(await openFile(path), 3, identity)).rejects.toThrow(
    loaderError('SOURCE_CHANGED', /ends before byte 3/),
  );
});

const changes: [what: string, change: (path: string) => void, message: RegExp][] = [
  [
    'grows',
    (path) => {
      appendFileSync(path, 'more');
    },
    /it had 655360 bytes and has 655364 now/,
  ],
  [
    'shrinks',
    (path) => {
      truncateSync(path, 5);
    },
    /it had 655360 bytes and has 5 now/,
  ],
  [
    'is written to in place',
    (path) => {
      utimesSync(path, 1, 1);
    },
    /it was written to at 1970/,
  ],
];

test.each(changes)('a file that %s while it is read ends the run', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  change(source.name);
  await expect(chunks.next()).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test.each(changes)('a file that %s after its last chunk ends the run', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  const chunks = source.read(2 * fileChunkBytes)[Symbol.asyncIterator]();
  await chunks.next();
  change(source.name);
  await expect(chunks.next()).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test.each(changes)('a file that %s before its turn ends the run', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  change(source.name);
  await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
  await expect(source.identify(0)).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test('another file under the same name before its turn ends the run', async () => {
  const path = makeFile('a\n1\n');
  const other = makeFile('a\n2\n');
  for (const each of [path, other]) utimesSync(each, 1, 1);
  const source = await openFile(path);
  renameSync(other, path);
  await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_CHANGED', /another file/));
});

test('a file that is gone before its turn cannot be read', async () => {
  const source = await openFile(makeFile('a\n'));
  rmSync(source.name);
  await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', /there is no such file/));
});

test('a reader may leave early', async () => {
  const source = await openFile(makeFile(long));
  for await (const chunk of source.read(0)) {
    expect(chunk).toHaveLength(fileChunkBytes);
    break;
  }
  await source.close();
  await source.close();
});

test('closing ends a read under way', async () => {
  const source = await openFile(makeFile(long));
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  await source.close();
  await expect(chunks.next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('an identity can still be asked for when the file is closed', async () => {
  const source = await openFile(makeFile('a\n'));
  await source.close();
  expect(await source.identify(0)).toMatchObject({ kind: 'file', sizeBytes: 2 });
});

test('a look at the head is a look at the beginning, before a read and without any trace in it', async () => {
  const source = await openFile(makeFile(long));
  const seen: Buffer[] = [];
  for await (const chunk of source.head()) if (seen.push(chunk) === 3) break;
  // Each chunk has memory of its own.
  const head = Buffer.concat(seen);
  expect(head.equals(long.subarray(0, head.length))).toBe(true);
  expect((await bytesOf(source, 5)).equals(long.subarray(5))).toBe(true);
});

test('a look at the head may go on to the end', async () => {
  const source = await openFile(makeFile(long));
  expect((await joined(source.head())).equals(long)).toBe(true);
  expect((await bytesOf(source)).equals(long)).toBe(true);
});

test.each(changes)('a file that %s before a look at its head ends the run', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  change(source.name);
  await expect(joined(source.head())).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test.skipIf(process.platform !== 'linux')(
  'no file stays open behind a look at its head, however it ends (skipped where /proc does not list open files)',
  async () => {
    const source = await openFile(makeFile(long));
    const isOpen = (): boolean => openFiles().includes(source.name);
    const left = source.head()[Symbol.asyncIterator]();
    await left.next();
    expect(isOpen()).toBe(true);
    await left.return?.();
    expect(isOpen()).toBe(false);
    const kept = source.head()[Symbol.asyncIterator]();
    await kept.next();
    await source.close();
    expect(isOpen()).toBe(false);
    await expect(kept.next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
  },
);

function openFiles(): string[] {
  const folder = '/proc/self/fd';
  return readdirSync(folder).map((name) => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      return '';
    }
  });
}

test.each<[SourceIdentity, RegExp]>([
  [{ kind: 'stdin', hashedBytes: 0, sha256: '' }, /that was standard input.*, this is a file/],
  [{ kind: 'object', sizeBytes: 1, etag: '"a"' }, /that was an object.*, this is a file/],
])('a file is not read on where the run read something else (%#)', async (expected, message) => {
  const source = await openFile(makeFile('a\n'));
  await expect(bytesOf(source, 0, expected)).rejects.toThrow(loaderError('SOURCE_CHANGED', message, /--restart/));
});
