import { Buffer } from 'node:buffer';
import { appendFileSync, readdirSync, readlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Compression } from '../../../../../src/load/settings.ts';
import { openFile } from '../../../../../src/load/source/file.ts';
import { decompressIfNeeded } from '../../../../../src/load/source/compression/decompress-source.ts';
import type { Source } from '../../../../../src/load/source/source.ts';
import { tempDir } from '../../../../helpers/temp.ts';
import { joined, zstd } from './compressing.ts';
import { bytesOf, loaderError } from '../reading.ts';

const folder = tempDir();
let made = 0;

function makeFile(bytes: Buffer | string, ending = '.csv.gz'): string {
  const path = join(folder, `people-${++made}${ending}`);
  writeFileSync(path, bytes);
  return path;
}

async function open(path: string, compression: Compression = 'auto'): Promise<Source> {
  return decompressIfNeeded(await openFile(path), compression);
}

const content = Buffer.from(
  'id,name\n' + Array.from({ length: 100_000 }, (_, i) => `${i},${i ** 2 % 9973}\n`).join(''),
);
const members = [content.subarray(0, 300_000), content.subarray(300_000, 300_001), content.subarray(300_001)];

const formats: readonly (readonly [string, ((bytes: Buffer) => Buffer) | undefined])[] = [
  ['gzip', gzipSync],
  [zstd === undefined ? 'zstd (skipped: requires Node.js 22.15)' : 'zstd', zstd],
];

describe.each(formats)('a file compressed with %s', (_, compress) => {
  const compressed = Buffer.concat(members.map((member) => (compress ?? gzipSync)(member)));

  test.skipIf(compress === undefined)(
    'yields decompressed bytes, and has the size and identity of the file',
    async () => {
      const path = makeFile(compressed);
      const source = await open(path);
      expect(source.storedBytes).toBe(compressed.length);
      expect(await source.identify(0)).toEqual(await (await openFile(path)).identify(0));
      expect(await source.identify(1_000_000)).toMatchObject({ kind: 'file', sizeBytes: compressed.length });
      expect((await bytesOf(source)).equals(content)).toBe(true);
    },
  );

  test.skipIf(compress === undefined)('resumes at any offset of the decompressed bytes', async () => {
    const path = makeFile(compressed);
    const expected = JSON.parse(JSON.stringify(await (await open(path)).identify(0))) as never;
    for (const offset of [0, 1, 262_143, 262_144, 300_000, 300_001, 700_000, content.length - 1, content.length]) {
      const bytes = await bytesOf(await open(path), offset, expected);
      expect(bytes.equals(content.subarray(offset)), `from ${offset}`).toBe(true);
    }
    await expect(bytesOf(await open(path), content.length + 1, expected)).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /it decompresses to \d+ bytes, but the earlier run stopped at byte/, /--restart/),
    );
  });

  test.skipIf(compress === undefined)('yields the decompressed head, and then all bytes from the start', async () => {
    const source = await open(makeFile(compressed));
    let seen = Buffer.alloc(0);
    for await (const chunk of source.head()) {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length > 1000) break;
    }
    expect(seen.equals(content.subarray(0, seen.length))).toBe(true);
    expect(source.storedOffset(1000)).toBe(0);
    expect((await joined(source.head())).equals(content)).toBe(true);
    expect((await bytesOf(source)).equals(content)).toBe(true);
  });

  test.skipIf(compress === undefined)('estimates the stored offset, exactly at the end', async () => {
    const source = await open(makeFile(compressed));
    expect(source.storedOffset(500_000)).toBe(0);
    let decompressedBytes = 0;
    const offsets: number[] = [];
    for await (const chunk of source.read(0)) {
      decompressedBytes += chunk.length;
      offsets.push(source.storedOffset(decompressedBytes));
    }
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(offsets[0]).toBeGreaterThan(0);
    expect(source.storedOffset(content.length)).toBe(compressed.length);
    expect(source.storedOffset(content.length / 2)).toBe(Math.round(compressed.length / 2));
  });

  test.skipIf(compress === undefined)(
    'is rejected if it changed since it was opened or since the earlier run',
    async () => {
      const path = makeFile(compressed);
      const expected = await (await open(path)).identify(0);
      const source = await open(path);
      utimesSync(path, 1, 1);
      await expect(bytesOf(source)).rejects.toThrow(
        loaderError('SOURCE_CHANGED', /changed while csv2ddb was reading it/),
      );
      await expect(bytesOf(await open(path), 5, expected)).rejects.toThrow(
        loaderError('SOURCE_CHANGED', /differs from the source of the earlier run: its modification time was/),
      );
      const stream = { kind: 'stdin', hashedBytes: 0, sha256: '' } as const;
      await expect(bytesOf(await open(path), 5, stream)).rejects.toThrow(
        loaderError('SOURCE_CHANGED', /it is now a file/),
      );
    },
  );

  test.skipIf(compress === undefined)(
    'is reported as damaged if it is incomplete, after all bytes before',
    async () => {
      const path = makeFile(compressed.subarray(0, -1));
      const source = await open(path);
      let bytes = 0;
      const read = async (): Promise<void> => {
        for await (const chunk of source.read(0)) bytes += chunk.length;
      };
      await expect(read()).rejects.toMatchObject({
        code: 'SOURCE_UNREADABLE',
        message: `${path} is damaged: the compressed data is incomplete`,
        place: { source: path },
      });
      expect(bytes).toBeGreaterThan(content.length - 300_000);
    },
  );
});

test('a file that grows while it is decompressed is reported as changed, not as damaged', async () => {
  // These bytes do not compress, so the file is too large for one chunk.
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (Math.sin(i) * 1e7) & 0xff));
  const path = makeFile(gzipSync(bytes));
  const source = await open(path);
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  appendFileSync(path, 'id\n');
  const rest = async (): Promise<void> => {
    while ((await chunks.next()).done !== true);
  };
  await expect(rest()).rejects.toThrow(loaderError('SOURCE_CHANGED', /changed while csv2ddb was reading it/));
});

test('an empty file and a compressed empty file are both empty', async () => {
  expect(await bytesOf(await open(makeFile('')))).toHaveLength(0);
  const compressed = await open(makeFile(gzipSync('')));
  expect(await bytesOf(compressed)).toHaveLength(0);
  expect(compressed.storedOffset(0)).toBe(compressed.storedBytes);
});

test.each([
  ['.csv.gz', '.csv'],
  ['.csv.GZ', '.csv'],
  ['.csv.gzip', '.csv'],
  ['.csv.zst', '.csv'],
  ['.csv.zstd', '.csv'],
  ['.gz', ''],
  ['.csv', '.csv'],
  ['.tgz', '.tgz'],
  ['.gz.csv', '.gz.csv'],
])('the base name of a compressed people%s is people%s', async (ending, expected) => {
  const name = `people-${made + 1}`;
  expect((await open(makeFile(gzipSync('id\n'), ending))).baseName).toBe(name + expected);
  const plain = `people-${made + 1}${ending}`;
  expect((await open(makeFile('id\n', ending))).baseName).toBe(plain);
});

test('a file named .gz keeps its name', async () => {
  const path = join(folder, '.gz');
  writeFileSync(path, gzipSync('id\n'));
  expect((await open(path)).baseName).toBe('.gz');
});

describe.skipIf(process.platform !== 'linux')('open files (skipped without /proc)', () => {
  const compressed = gzipSync(Buffer.alloc(30_000_000));

  function openFiles(): string[] {
    return readdirSync('/proc/self/fd').map((name) => {
      try {
        return readlinkSync(join('/proc/self/fd', name));
      } catch {
        return '';
      }
    });
  }

  test.each<readonly [string, (source: Source, chunks: AsyncIterator<Buffer>) => Promise<unknown>]>([
    ['the reader stops', (_, chunks) => chunks.return?.() ?? Promise.resolve()],
    ['the source is closed', (source) => source.close()],
  ])('are closed when %s', async (_, end) => {
    for (const method of ['read', 'head'] as const) {
      const source = await open(makeFile(compressed));
      expect(openFiles()).not.toContain(source.name);
      const chunks = (method === 'read' ? source.read(0) : source.head())[Symbol.asyncIterator]();
      await chunks.next();
      expect(openFiles()).toContain(source.name);
      await end(source, chunks);
      expect(openFiles()).not.toContain(source.name);
    }
  });
});

test('close ends a read', async () => {
  const source = await open(makeFile(gzipSync(Buffer.alloc(30_000_000))));
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  await source.close();
  await expect(chunks.next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
