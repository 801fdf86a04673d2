import { Buffer } from 'node:buffer';
import { appendFileSync, readdirSync, readlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Compression } from '../../../../../src/load/settings.ts';
import { openFile } from '../../../../../src/load/source/file.ts';
import { unpackedIfPacked } from '../../../../../src/load/source/packed/packed.ts';
import type { Source } from '../../../../../src/load/source/source.ts';
import { tempDir } from '../../../../helpers/temp.ts';
import { joined, zstd } from './packing.ts';
import { bytesOf, loaderError } from '../reading.ts';

const folder = tempDir();
let made = 0;

function makeFile(bytes: Buffer | string, ending = '.csv.gz'): string {
  const path = join(folder, `people-${++made}${ending}`);
  writeFileSync(path, bytes);
  return path;
}

async function open(path: string, compression: Compression = 'auto'): Promise<Source> {
  return unpackedIfPacked(await openFile(path), compression);
}

const content = Buffer.from(
  'id,name\n' + Array.from({ length: 100_000 }, (_, i) => `${i},${i ** 2 % 9973}\n`).join(''),
);
const members = [content.subarray(0, 300_000), content.subarray(300_000, 300_001), content.subarray(300_001)];

const packings: readonly (readonly [string, ((bytes: Buffer) => Buffer) | undefined])[] = [
  ['gzip', gzipSync],
  [zstd === undefined ? 'zstd (skipped where Node has none: before 22.15)' : 'zstd', zstd],
];

describe.each(packings)('a file packed by %s', (_, pack) => {
  const packed = Buffer.concat(members.map((member) => (pack ?? gzipSync)(member)));

  test.skipIf(pack === undefined)('is read unpacked, and has the size and the identity of the file', async () => {
    const path = makeFile(packed);
    const source = await open(path);
    expect(source.storedBytes).toBe(packed.length);
    expect(await source.identify(0)).toEqual(await (await openFile(path)).identify(0));
    expect(await source.identify(1_000_000)).toMatchObject({ kind: 'file', sizeBytes: packed.length });
    expect((await bytesOf(source)).equals(content)).toBe(true);
  });

  test.skipIf(pack === undefined)('is read on from any place in what it unpacks to', async () => {
    const path = makeFile(packed);
    const expected = JSON.parse(JSON.stringify(await (await open(path)).identify(0))) as never;
    for (const offset of [0, 1, 262_143, 262_144, 300_000, 300_001, 700_000, content.length - 1, content.length]) {
      const bytes = await bytesOf(await open(path), offset, expected);
      expect(bytes.equals(content.subarray(offset)), `from ${offset}`).toBe(true);
    }
    await expect(bytesOf(await open(path), content.length + 1, expected)).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /it unpacks to \d+ bytes, that run stopped at byte/, /--restart/),
    );
  });

  test.skipIf(pack === undefined)('shows its head unpacked, and is read from its beginning then', async () => {
    const source = await open(makeFile(packed));
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

  test.skipIf(pack === undefined)('tells how far it is read, exactly at its end', async () => {
    const source = await open(makeFile(packed));
    expect(source.storedOffset(500_000)).toBe(0);
    let unpacked = 0;
    const told: number[] = [];
    for await (const chunk of source.read(0)) {
      unpacked += chunk.length;
      told.push(source.storedOffset(unpacked));
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told[0]).toBeGreaterThan(0);
    expect(source.storedOffset(content.length)).toBe(packed.length);
    expect(source.storedOffset(content.length / 2)).toBe(Math.round(packed.length / 2));
  });

  test.skipIf(pack === undefined)('that is changed before its turn, or is another, is not read', async () => {
    const path = makeFile(packed);
    const expected = await (await open(path)).identify(0);
    const source = await open(path);
    utimesSync(path, 1, 1);
    await expect(bytesOf(source)).rejects.toThrow(loaderError('SOURCE_CHANGED', /changes while it is read/));
    await expect(bytesOf(await open(path), 5, expected)).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /not what the earlier run read: its time/),
    );
    const stream = { kind: 'stdin', hashedBytes: 0, sha256: '' } as const;
    await expect(bytesOf(await open(path), 5, stream)).rejects.toThrow(loaderError('SOURCE_CHANGED', /this is a file/));
  });

  test.skipIf(pack === undefined)('that is cut is damaged, once all before has been handed on', async () => {
    const path = makeFile(packed.subarray(0, -1));
    const source = await open(path);
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of source.read(0)) bytes += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: `${path} is damaged: it ends in the middle of its packed data`,
      place: { source: path },
    });
    expect(bytes).toBeGreaterThan(content.length - 300_000);
  });
});

test('a file that is written to while it is unpacked has changed, and is not damaged', async () => {
  // Too large for one chunk: packing does not help with these bytes.
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (Math.sin(i) * 1e7) & 0xff));
  const path = makeFile(gzipSync(bytes));
  const source = await open(path);
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  appendFileSync(path, 'id\n');
  const rest = async (): Promise<void> => {
    while ((await chunks.next()).done !== true);
  };
  await expect(rest()).rejects.toThrow(loaderError('SOURCE_CHANGED', /changes while it is read/));
});

test('a file of no bytes, and one that is packed and has no content, are both empty', async () => {
  expect(await bytesOf(await open(makeFile('')))).toHaveLength(0);
  const packed = await open(makeFile(gzipSync('')));
  expect(await bytesOf(packed)).toHaveLength(0);
  expect(packed.storedOffset(0)).toBe(packed.storedBytes);
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
])('what is made from people%s is called people%s, where it is packed', async (ending, expected) => {
  const name = `people-${made + 1}`;
  expect((await open(makeFile(gzipSync('id\n'), ending))).baseName).toBe(name + expected);
  const plain = `people-${made + 1}${ending}`;
  expect((await open(makeFile('id\n', ending))).baseName).toBe(plain);
});

test('a file called .gz keeps its name', async () => {
  const path = join(folder, '.gz');
  writeFileSync(path, gzipSync('id\n'));
  expect((await open(path)).baseName).toBe('.gz');
});

describe.skipIf(process.platform !== 'linux')('open files (skipped where /proc does not list them)', () => {
  const packed = gzipSync(Buffer.alloc(30_000_000));

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
    ['the reader leaves', (_, chunks) => chunks.return?.() ?? Promise.resolve()],
    ['it is closed', (source) => source.close()],
  ])('none is left when %s', async (_, end) => {
    for (const way of ['read', 'head'] as const) {
      const source = await open(makeFile(packed));
      expect(openFiles()).not.toContain(source.name);
      const chunks = (way === 'read' ? source.read(0) : source.head())[Symbol.asyncIterator]();
      await chunks.next();
      expect(openFiles()).toContain(source.name);
      await end(source, chunks);
      expect(openFiles()).not.toContain(source.name);
    }
  });
});

test('closing ends a read under way', async () => {
  const source = await open(makeFile(gzipSync(Buffer.alloc(30_000_000))));
  const chunks = source.read(0)[Symbol.asyncIterator]();
  await chunks.next();
  await source.close();
  await expect(chunks.next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
