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
import { joined } from './compression/compressing.ts';
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
  'a file of %i bytes is read unchanged',
  async (length) => {
    const bytes = long.subarray(0, length);
    const source = await openFile(makeFile(bytes));
    expect(source.storedBytes).toBe(length);
    expect([source.storedOffset(0), source.storedOffset(length)]).toEqual([0, length]);
    expect((await bytesOf(source)).equals(bytes)).toBe(true);
  },
);

test('the name of a file is its path, the base name is the last part', async () => {
  const path = makeFile('a\n');
  const source = await openFile(path);
  expect([source.name, source.baseName]).toEqual([path, `people-${made}.csv`]);
});

test.each([1, fileChunkBytes, fileChunkBytes + 7, long.length])('a read may start at byte %i', async (offset) => {
  const source = await openFile(makeFile(long));
  expect((await bytesOf(source, offset)).equals(long.subarray(offset))).toBe(true);
});

test('chunks have 256 KiB and reuse their memory', async () => {
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

test('a file is identified by size, modification time and hashes of its start and end', async () => {
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

test('an empty file has an identity', async () => {
  const source = await openFile(makeFile(''));
  const empty = sha256(Buffer.alloc(0));
  expect(await source.identify(0)).toMatchObject({ sizeBytes: 0, headSha256: empty, tailSha256: empty });
});

test('a read of the same file resumes where a run stopped', async () => {
  const path = makeFile(long);
  const identity = await (await openFile(path)).identify(0);
  const again = JSON.parse(JSON.stringify(identity)) as SourceIdentity;
  expect((await bytesOf(await openFile(path), 300_000, again)).equals(long.subarray(300_000))).toBe(true);
});

test.each<[what: string, change: (path: string) => void, message: RegExp]>([
  [
    'a different size',
    (path) => {
      appendFileSync(path, 'x');
    },
    /differs from the source of the earlier run: its size was 655360 bytes and is now 655361/,
  ],
  [
    'a different modification time',
    (path) => {
      utimesSync(path, 1, 1);
    },
    /its modification time was .* and is now 1970-01-01T00:00:01.000Z/,
  ],
  [
    'a different start',
    (path) => {
      rewrite(path, 5);
    },
    /its content is different/,
  ],
  [
    'a different end',
    (path) => {
      rewrite(path, long.length - 5);
    },
    /its content is different/,
  ],
])('a file with %s cannot be resumed', async (_, change, message) => {
  const path = makeFile(long);
  const identity = await (await openFile(path)).identify(0);
  change(path);
  await expect(bytesOf(await openFile(path), 1000, identity)).rejects.toThrow(
    loaderError('SOURCE_CHANGED', message, /--restart/),
  );
});

/** Changes one byte, but nothing that `stat` reports. */
function rewrite(path: string, at: number): void {
  const { atime, mtime } = statSync(path);
  const bytes = Buffer.from(long);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
}

test('a file cannot be resumed if the earlier source was standard input', async () => {
  const source = await openFile(makeFile('a\n'));
  const stdin: SourceIdentity = { kind: 'stdin', hashedBytes: 0, sha256: '' };
  await expect(bytesOf(source, 0, stdin)).rejects.toThrow(loaderError('SOURCE_CHANGED', /standard input/));
});

test('a file cannot be resumed after its end', async () => {
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
    /its size was 655360 bytes and is now 655364/,
  ],
  [
    'shrinks',
    (path) => {
      truncateSync(path, 5);
    },
    /its size was 655360 bytes and is now 5/,
  ],
  [
    'is modified',
    (path) => {
      utimesSync(path, 1, 1);
    },
    /it was modified at 1970/,
  ],
];

test.each(changes)('a file that %s during the read is rejected', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  change(source.name);
  await expect(chunks.next()).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test.each(changes)('a file that %s after its last chunk is rejected', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  const chunks = source.read(2 * fileChunkBytes)[Symbol.asyncIterator]();
  await chunks.next();
  change(source.name);
  await expect(chunks.next()).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test.each(changes)('a file that %s before the read is rejected', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  change(source.name);
  await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
  await expect(source.identify(0)).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test('a file that is replaced before the read is rejected', async () => {
  const path = makeFile('a\n1\n');
  const other = makeFile('a\n2\n');
  for (const each of [path, other]) utimesSync(each, 1, 1);
  const source = await openFile(path);
  renameSync(other, path);
  await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_CHANGED', /a different file/));
});

test('a file that is deleted before the read is rejected', async () => {
  const source = await openFile(makeFile('a\n'));
  rmSync(source.name);
  await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', /the file does not exist/));
});

test('a reader may stop early', async () => {
  const source = await openFile(makeFile(long));
  for await (const chunk of source.read(0)) {
    expect(chunk).toHaveLength(fileChunkBytes);
    break;
  }
  await source.close();
  await source.close();
});

test('close ends a read', async () => {
  const source = await openFile(makeFile(long));
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  await source.close();
  await expect(chunks.next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('a file can be identified after it is closed', async () => {
  const source = await openFile(makeFile('a\n'));
  await source.close();
  expect(await source.identify(0)).toMatchObject({ kind: 'file', sizeBytes: 2 });
});

test('head yields the start of the file and does not affect read', async () => {
  const source = await openFile(makeFile(long));
  const seen: Buffer[] = [];
  for await (const chunk of source.head()) if (seen.push(chunk) === 3) break;
  // Each chunk has separate memory.
  const head = Buffer.concat(seen);
  expect(head.equals(long.subarray(0, head.length))).toBe(true);
  expect((await bytesOf(source, 5)).equals(long.subarray(5))).toBe(true);
});

test('head may continue to the end', async () => {
  const source = await openFile(makeFile(long));
  expect((await joined(source.head())).equals(long)).toBe(true);
  expect((await bytesOf(source)).equals(long)).toBe(true);
});

test.each(changes)('a file that %s before head is called is rejected', async (_, change, message) => {
  const source = await openFile(makeFile(long));
  change(source.name);
  await expect(joined(source.head())).rejects.toThrow(loaderError('SOURCE_CHANGED', message));
});

test.skipIf(process.platform !== 'linux')(
  'no file stays open after head, however it ends (skipped without /proc)',
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
  [{ kind: 'stdin', hashedBytes: 0, sha256: '' }, /it is now a file, but the earlier source was standard input/],
  [{ kind: 'object', sizeBytes: 1, etag: '"a"' }, /it is now a file, but the earlier source was an S3 object/],
])('a file cannot be resumed if the earlier run read something else (%#)', async (expected, message) => {
  const source = await openFile(makeFile('a\n'));
  await expect(bytesOf(source, 0, expected)).rejects.toThrow(loaderError('SOURCE_CHANGED', message, /--restart/));
});
