import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Compression } from '../../../../../src/load/settings.ts';
import { LoaderError } from '../../../../../src/errors.ts';
import { Meter } from '../../../../../src/load/source/packed/progress.ts';
import { PackedInput } from '../../../../../src/load/source/packed/packed-input.ts';
import { packingOf, unpack, unpackedChunkBytes } from '../../../../../src/load/source/packed/unpack.ts';
import { below, random } from '../../../../helpers/random.ts';
import { joined, overwritten, rawFrame, skippableFrame, zstd } from './packing.ts';
import { loaderError } from '../reading.ts';

const chunkSizes = [1, 7, 100_000];

/** What is packed in `bytes`, which come in chunks of `chunkBytes`, as text. */
async function textOf(bytes: Buffer, chunkBytes: number, compression: Compression = 'auto'): Promise<string> {
  const input = new PackedInput(overwritten(bytes, chunkBytes));
  const packing = await packingOf(input, compression, 'people.csv.gz');
  return (await joined(unpack(input, packing, 'people.csv.gz', new Meter()))).toString('latin1');
}

const text = 'id,name\n' + Array.from({ length: 100 }, (_, i) => `${i},name ${i * i}\n`).join('');
const half = text.length / 2;
const gzip = gzipSync(text);
const twoMembers = Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]);
const empty = gzipSync('');

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = (at + bytes.length) % bytes.length;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

/** With a name, a comment and an extra field (RFC 1952). */
function withLongHeader(member: Buffer): Buffer {
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0b11100, 0, 0, 0, 0, 0, 3]),
    Buffer.from([4, 0, 0x41, 0x42, 0, 0]),
    Buffer.from('people.csv\0made on a Monday\0'),
  ]);
  return Buffer.concat([header, member.subarray(10)]);
}

const whole: readonly (readonly [string, Buffer, string])[] = [
  ['one member', gzip, text],
  ['two members', twoMembers, text],
  ['a member of nothing', empty, ''],
  ['members of nothing around others', Buffer.concat([empty, gzip, empty, empty, gzip, empty]), text + text],
  ['a member and zeros behind it', Buffer.concat([gzip, Buffer.alloc(1000)]), text],
  ['two members and one zero behind them', Buffer.concat([twoMembers, Buffer.alloc(1)]), text],
  ['a long header', Buffer.concat([withLongHeader(gzip), withLongHeader(empty), withLongHeader(gzip)]), text + text],
  ['stored blocks', gzipSync(text, { level: 0 }), text],
];

describe.each(chunkSizes)('gzip in chunks of %i bytes', (chunkBytes) => {
  test.each(whole)('unpacks %s', async (_, bytes, expected) => {
    expect(await textOf(bytes, chunkBytes)).toBe(expected);
  });
});

const cut = /^people\.csv\.gz is damaged: it ends in the middle of its packed data$/;
const follows = /^people\.csv\.gz is damaged: something else follows its packed data/;
const checksum = /^people\.csv\.gz is damaged: what it unpacks to does not have the checksum it should$/;

const broken: readonly (readonly [string, Buffer, RegExp])[] = [
  ['cut in its trailer', gzip.subarray(0, -1), cut],
  ['cut before its trailer', gzip.subarray(0, -8), cut],
  ['cut in its middle', gzip.subarray(0, gzip.length / 2), cut],
  ['cut in its header', gzip.subarray(0, 9), cut],
  ['whose second member is cut', twoMembers.subarray(0, -3), cut],
  ['whose second member is cut after a byte', Buffer.concat([gzip, Buffer.from([0x1f])]), cut],
  ['with a wrong checksum', changed(gzip, -8), checksum],
  ['with a wrong length', changed(gzip, -1), checksum],
  ['whose first member has a wrong checksum', Buffer.concat([changed(gzip, -5), gzip]), checksum],
  ['with text behind it', Buffer.concat([gzip, Buffer.from('id,name\n')]), follows],
  ['with zeros and then text behind it', Buffer.concat([gzip, Buffer.alloc(9), Buffer.from('1,Ada\n')]), follows],
  ['with zeros and then a member behind it', Buffer.concat([gzip, Buffer.alloc(300), gzip]), follows],
  ['with a zero and then a member behind it', Buffer.concat([gzip, Buffer.alloc(1), gzip]), follows],
  ['with a broken block', Buffer.concat([gzip.subarray(0, 10), Buffer.alloc(100, 0xff)]), /is damaged: invalid block/],
  ['with unknown flags', Buffer.from(gzip).fill(0xe0, 3, 4), /is damaged: unknown header flags/],
];

describe.each(chunkSizes)('gzip in chunks of %i bytes', (chunkBytes) => {
  test.each(broken)('%s is not taken for whole', async (_, bytes, message) => {
    await expect(textOf(bytes, chunkBytes)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message));
  });
});

test('gzip cut anywhere, and with any byte behind it, is not taken for whole', async () => {
  const small = Buffer.concat([gzipSync('id\n1\n'), gzipSync('2\n')]);
  const boundary = gzipSync('id\n1\n').length;
  for (let length = 3; length < small.length; length++) {
    if (length === boundary) continue;
    await expect(textOf(small.subarray(0, length), 5), `cut at ${length}`).rejects.toThrow(cut);
  }
  for (let byte = 1; byte < 256; byte++) {
    const bytes = Buffer.concat([small, Buffer.from([byte, 1, 2, 3])]);
    for (const chunkBytes of [1, 1000]) {
      await expect(textOf(bytes, chunkBytes), `byte ${byte}`).rejects.toThrow(/is damaged/);
    }
  }
});

test.each([1, 2, 3, 4, 5])('gzip members cut at random unpack to what was packed, seed %i', async (seed) => {
  const rand = random(seed);
  const content = Buffer.from(Array.from({ length: 200_000 }, () => below(4, rand) + 0x30));
  const members: Buffer[] = [];
  for (let at = 0; at < content.length;) {
    const to = at + below(60_000, rand);
    members.push(gzipSync(content.subarray(at, to), { level: below(10, rand) }));
    at = to;
  }
  const packed = Buffer.concat(members);
  expect(await textOf(packed, 1 + below(3000, rand))).toBe(content.toString('latin1'));
});

const noZstd = zstd === undefined;
const why = `(skipped where Node has no zstd: before 22.15, this is ${process.versions.node})`;

describe.skipIf(noZstd)(`zstd ${why}`, () => {
  const pack = zstd ?? gzipSync;
  const one = pack(text);
  const nothing = pack('');
  const skipped = skippableFrame(300);
  const frames: readonly (readonly [string, Buffer, string])[] = [
    ['one frame', one, text],
    ['two frames', Buffer.concat([pack(text.slice(0, half)), pack(text.slice(half))]), text],
    ['a frame of nothing', nothing, ''],
    ['frames of nothing around others', Buffer.concat([nothing, one, nothing, one, nothing]), text + text],
    [
      'a frame to be skipped before, between and behind',
      Buffer.concat([skipped, one, skipped, one, skipped]),
      text + text,
    ],
    ['a frame to be skipped, of nothing, and no other', skippableFrame(0), ''],
    ['blocks as they are', rawFrame(['id,name\n', '', '1,Ada\n']), 'id,name\n1,Ada\n'],
    [
      'many frames',
      Buffer.concat(Array.from({ length: 50 }, (_, i) => pack(`${i}\n`))),
      Array.from({ length: 50 }, (_, i) => `${i}\n`).join(''),
    ],
  ];

  describe.each(chunkSizes)('in chunks of %i bytes', (chunkBytes) => {
    test.each(frames)('unpacks %s', async (_, bytes, expected) => {
      expect(await textOf(bytes, chunkBytes)).toBe(expected);
    });

    test.each([
      ['cut in its checksum', one.subarray(0, -1), cut],
      ['cut in its middle', one.subarray(0, one.length / 2), cut],
      ['cut in its header', one.subarray(0, 5), cut],
      ['whose second frame is cut', Buffer.concat([one, one.subarray(0, -2)]), cut],
      ['whose second frame is cut at its magic number', Buffer.concat([one, one.subarray(0, 3)]), follows],
      ['whose frame to be skipped is cut', Buffer.concat([one, skipped.subarray(0, -1)]), cut],
      ['whose frame to be skipped has no length', Buffer.concat([one, skipped.subarray(0, 6)]), cut],
      ['with a wrong checksum', changed(one, -1), checksum],
      ['with text behind it', Buffer.concat([one, Buffer.from('id,name\n')]), follows],
      ['with zeros behind it', Buffer.concat([one, Buffer.alloc(9)]), follows],
      ['with a wrong block', Buffer.concat([one.subarray(0, 6), Buffer.alloc(200, 0xff)]), /is damaged/],
    ] as const)('%s is not taken for whole', async (_, bytes, message) => {
      await expect(textOf(bytes, chunkBytes)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message));
    });
  });

  test('cut anywhere is not taken for whole', async () => {
    const small = pack('id\n1\n');
    for (let length = 4; length < small.length; length++) {
      await expect(textOf(small.subarray(0, length), 5), `cut at ${length}`).rejects.toThrow(cut);
    }
  });
});

test.runIf(noZstd)(
  `zstd that this Node cannot unpack is told with what can (Node ${process.versions.node})`,
  async () => {
    for (const [bytes, compression] of [
      [rawFrame(['id\n']), 'auto'],
      [skippableFrame(3), 'auto'],
      [rawFrame(['id\n']), 'zstd'],
    ] as const) {
      await expect(textOf(bytes, 3, compression)).rejects.toThrow(
        loaderError('SOURCE_UNREADABLE', /Node 22\.15/, /zstd -dc FILE \| csv2ddb direct -/),
      );
    }
  },
);

describe('what a source is told to be', () => {
  test.each<readonly [Compression, string | Buffer, string]>([
    ['auto', '', ''],
    ['auto', '\x1f', '\x1f'],
    ['auto', '\x1f\x8b', '\x1f\x8b'],
    ['auto', 'i', 'i'],
    ['auto', 'id\n1\n', 'id\n1\n'],
    ['auto', 'PAR1,PAR2\n', 'PAR1,PAR2\n'],
    ['auto', gzip, text],
    ['none', gzip, gzip.toString('latin1')],
    ['none', 'PK\x03\x04', 'PK\x03\x04'],
    ['gzip', gzip, text],
  ])('%s decides what becomes of it (%#)', async (compression, bytes, expected) => {
    for (const chunkBytes of [1, 3, 100_000]) {
      expect(await textOf(Buffer.from(bytes as string, 'latin1'), chunkBytes, compression)).toBe(expected);
    }
  });

  test.each<readonly [Compression, string | Buffer, RegExp, RegExp]>([
    ['gzip', 'id\n1\n', /^cannot unpack people\.csv\.gz by gzip: its first bytes are others$/, /--compression/],
    ['gzip', '\x1f', /by gzip: its first bytes are others$/, /./],
    ['gzip', '', /by gzip: it is empty$/, /./],
    ['gzip', rawFrame(['id\n']), /by gzip: it is packed by zstd$/, /./],
    ['gzip', 'PK\x03\x04', /by gzip: it is a zip archive/, /./],
    ['zstd', gzip, /by zstd: it is packed by gzip$/, /./],
    ['zstd', '', /by zstd: it is empty$/, /./],
    [
      'auto',
      'PK\x03\x04\x14',
      /^cannot read people\.csv\.gz: it is a zip archive/,
      /unzip -p FILE \| csv2ddb direct -/,
    ],
  ])('%s: what it is not is not read (%#)', async (compression, bytes, message, hint) => {
    for (const chunkBytes of [1, 3, 100_000]) {
      await expect(textOf(Buffer.from(bytes as string, 'latin1'), chunkBytes, compression)).rejects.toThrow(
        loaderError('SOURCE_UNREADABLE', message, hint),
      );
    }
  });
});

test.each([
  new LoaderError('SOURCE_CHANGED', 'people.csv.gz changes while it is read'),
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }),
])('what the input throws comes as it is, and the input is closed: $code', async (error) => {
  let isClosed = false;
  async function* chunks(): AsyncGenerator<Buffer, void, void> {
    try {
      yield gzip.subarray(0, 100);
      await Promise.resolve();
      throw error;
    } finally {
      isClosed = true;
    }
  }
  const unpacked = unpack(new PackedInput(chunks()), 'gzip', 'people.csv.gz', new Meter());
  await expect(joined(unpacked)).rejects.toBe(error);
  expect(isClosed).toBe(true);
});

test('whoever has enough closes the input, and no more is asked of it than was needed', async () => {
  const packed = gzipSync(Buffer.alloc(20_000_000));
  const asked: number[] = [];
  let isClosed = false;
  async function* chunks(): AsyncGenerator<Buffer, void, void> {
    try {
      for await (const chunk of overwritten(packed, 1000)) {
        asked.push(chunk.length);
        yield chunk;
      }
    } finally {
      isClosed = true;
    }
  }
  for await (const chunk of unpack(new PackedInput(chunks()), 'gzip', 'x', new Meter())) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect(isClosed).toBe(true);
  expect(asked.length).toBeLessThanOrEqual(2);
});

test('100 MB of zeros, packed to 100 KB, come in small chunks and bounded memory', async () => {
  const content = 100_000_000;
  const packed = gzipSync(Buffer.alloc(content));
  expect(packed.length).toBeLessThan(200_000);
  const before = process.memoryUsage();
  let peak = 0;
  let bytes = 0;
  const meter = new Meter();
  for await (const chunk of unpack(new PackedInput(overwritten(packed, 65_536)), 'gzip', 'zeros', meter)) {
    expect(chunk.length).toBeLessThanOrEqual(2 * unpackedChunkBytes);
    bytes += chunk.length;
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before.arrayBuffers);
    // A slow reader: what is not waited for would pile up meanwhile.
    if (bytes % (50 * unpackedChunkBytes) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(bytes).toBe(content);
  expect(peak).toBeLessThan(64 * 1024 * 1024);
});

test('how far the packed bytes are used is known, exactly at the end', async () => {
  const meter = new Meter();
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * i * 7) % 251));
  const packed = Buffer.concat([gzipSync(content), Buffer.alloc(50)]);
  expect([meter.storedOffset(0), meter.storedOffset(100)]).toEqual([0, 0]);
  let unpacked = 0;
  let last = 0;
  for await (const chunk of unpack(new PackedInput(overwritten(packed, 10_000)), 'gzip', 'x', meter)) {
    unpacked += chunk.length;
    const stored = meter.storedOffset(unpacked);
    expect(stored).toBeGreaterThanOrEqual(last);
    expect(stored).toBeLessThanOrEqual(packed.length);
    expect(meter.storedOffset(unpacked / 2)).toBe(Math.round(stored / 2));
    last = stored;
  }
  expect(unpacked).toBe(content.length);
  expect(meter.storedOffset(unpacked)).toBe(packed.length);
});
