import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Compression } from '../../../../../src/load/settings.ts';
import { LoaderError } from '../../../../../src/errors.ts';
import { DecompressionProgress } from '../../../../../src/load/source/compression/decompression-progress.ts';
import { CompressedInput } from '../../../../../src/load/source/compression/compressed-input.ts';
import {
  detectCompression,
  decompress,
  decompressedChunkBytes,
} from '../../../../../src/load/source/compression/decompress.ts';
import { below, random } from '../../../../helpers/random.ts';
import { joined, overwritten, rawFrame, skippableFrame, zstd } from './compressing.ts';
import { loaderError } from '../reading.ts';

const chunkSizes = [1, 7, 100_000];

/** Decompresses `bytes`, given in chunks of `chunkBytes`, to text. */
async function textOf(bytes: Buffer, chunkBytes: number, compression: Compression = 'auto'): Promise<string> {
  const input = new CompressedInput(overwritten(bytes, chunkBytes));
  const format = await detectCompression(input, compression, 'people.csv.gz');
  return (await joined(decompress(input, format, 'people.csv.gz', new DecompressionProgress()))).toString('latin1');
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

/** Adds a name, a comment and an extra field to the header (RFC 1952). */
function withLongHeader(member: Buffer): Buffer {
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0b11100, 0, 0, 0, 0, 0, 3]),
    Buffer.from([4, 0, 0x41, 0x42, 0, 0]),
    Buffer.from('people.csv\0made on a Monday\0'),
  ]);
  return Buffer.concat([header, member.subarray(10)]);
}

const valid: readonly (readonly [string, Buffer, string])[] = [
  ['one member', gzip, text],
  ['two members', twoMembers, text],
  ['an empty member', empty, ''],
  ['empty members around others', Buffer.concat([empty, gzip, empty, empty, gzip, empty]), text + text],
  ['a member followed by zeros', Buffer.concat([gzip, Buffer.alloc(1000)]), text],
  ['two members followed by one zero', Buffer.concat([twoMembers, Buffer.alloc(1)]), text],
  ['a long header', Buffer.concat([withLongHeader(gzip), withLongHeader(empty), withLongHeader(gzip)]), text + text],
  ['stored blocks', gzipSync(text, { level: 0 }), text],
];

describe.each(chunkSizes)('gzip in chunks of %i bytes', (chunkBytes) => {
  test.each(valid)('decompress decompresses %s', async (_, bytes, expected) => {
    expect(await textOf(bytes, chunkBytes)).toBe(expected);
  });
});

const incomplete = /^people\.csv\.gz is damaged: the compressed data is incomplete$/;
const follows = /^people\.csv\.gz is damaged: unexpected data follows the compressed data/;
const checksum = /^people\.csv\.gz is damaged: the checksum of the decompressed data does not match$/;

const damaged: readonly (readonly [string, Buffer, RegExp])[] = [
  ['that ends in its trailer', gzip.subarray(0, -1), incomplete],
  ['that ends before its trailer', gzip.subarray(0, -8), incomplete],
  ['that ends in the middle', gzip.subarray(0, gzip.length / 2), incomplete],
  ['that ends in its header', gzip.subarray(0, 9), incomplete],
  ['with an incomplete second member', twoMembers.subarray(0, -3), incomplete],
  ['with only one byte of the second member', Buffer.concat([gzip, Buffer.from([0x1f])]), incomplete],
  ['with a wrong checksum', changed(gzip, -8), checksum],
  ['with a wrong length', changed(gzip, -1), checksum],
  ['with a wrong checksum in the first member', Buffer.concat([changed(gzip, -5), gzip]), checksum],
  ['followed by text', Buffer.concat([gzip, Buffer.from('id,name\n')]), follows],
  ['followed by zeros and text', Buffer.concat([gzip, Buffer.alloc(9), Buffer.from('1,Ada\n')]), follows],
  ['followed by zeros and a member', Buffer.concat([gzip, Buffer.alloc(300), gzip]), follows],
  ['followed by a zero and a member', Buffer.concat([gzip, Buffer.alloc(1), gzip]), follows],
  ['with a broken block', Buffer.concat([gzip.subarray(0, 10), Buffer.alloc(100, 0xff)]), /is damaged: invalid block/],
  ['with unknown flags', Buffer.from(gzip).fill(0xe0, 3, 4), /is damaged: unknown header flags/],
];

describe.each(chunkSizes)('gzip in chunks of %i bytes', (chunkBytes) => {
  test.each(damaged)('decompress rejects a file %s', async (_, bytes, message) => {
    await expect(textOf(bytes, chunkBytes)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message));
  });
});

test('decompress rejects gzip that ends anywhere or is followed by any byte', async () => {
  const small = Buffer.concat([gzipSync('id\n1\n'), gzipSync('2\n')]);
  const boundary = gzipSync('id\n1\n').length;
  for (let length = 3; length < small.length; length++) {
    if (length === boundary) continue;
    await expect(textOf(small.subarray(0, length), 5), `cut at ${length}`).rejects.toThrow(incomplete);
  }
  for (let byte = 1; byte < 256; byte++) {
    const bytes = Buffer.concat([small, Buffer.from([byte, 1, 2, 3])]);
    for (const chunkBytes of [1, 1000]) {
      await expect(textOf(bytes, chunkBytes), `byte ${byte}`).rejects.toThrow(/is damaged/);
    }
  }
});

test.each([1, 2, 3, 4, 5])('decompress restores gzip members of random lengths, seed %i', async (seed) => {
  const rand = random(seed);
  const content = Buffer.from(Array.from({ length: 200_000 }, () => below(4, rand) + 0x30));
  const members: Buffer[] = [];
  for (let at = 0; at < content.length;) {
    const to = at + below(60_000, rand);
    members.push(gzipSync(content.subarray(at, to), { level: below(10, rand) }));
    at = to;
  }
  const compressed = Buffer.concat(members);
  expect(await textOf(compressed, 1 + below(3000, rand))).toBe(content.toString('latin1'));
});

const noZstd = zstd === undefined;
const why = `(skipped: Node.js ${process.versions.node} has no zstd, 22.15 has)`;

describe.skipIf(noZstd)(noZstd ? `zstd ${why}` : 'zstd', () => {
  const compress = zstd ?? gzipSync;
  const one = compress(text);
  const nothing = compress('');
  const skipped = skippableFrame(300);
  const frames: readonly (readonly [string, Buffer, string])[] = [
    ['one frame', one, text],
    ['two frames', Buffer.concat([compress(text.slice(0, half)), compress(text.slice(half))]), text],
    ['an empty frame', nothing, ''],
    ['empty frames around others', Buffer.concat([nothing, one, nothing, one, nothing]), text + text],
    [
      'skippable frames before, between and after others',
      Buffer.concat([skipped, one, skipped, one, skipped]),
      text + text,
    ],
    ['only an empty skippable frame', skippableFrame(0), ''],
    ['raw blocks', rawFrame(['id,name\n', '', '1,Ada\n']), 'id,name\n1,Ada\n'],
    [
      'many frames',
      Buffer.concat(Array.from({ length: 50 }, (_, i) => compress(`${i}\n`))),
      Array.from({ length: 50 }, (_, i) => `${i}\n`).join(''),
    ],
  ];

  describe.each(chunkSizes)('in chunks of %i bytes', (chunkBytes) => {
    test.each(frames)('decompress decompresses %s', async (_, bytes, expected) => {
      expect(await textOf(bytes, chunkBytes)).toBe(expected);
    });

    test.each([
      ['that ends in its checksum', one.subarray(0, -1), incomplete],
      ['that ends in the middle', one.subarray(0, one.length / 2), incomplete],
      ['that ends in its header', one.subarray(0, 5), incomplete],
      ['with an incomplete second frame', Buffer.concat([one, one.subarray(0, -2)]), incomplete],
      ['with an incomplete magic number in the second frame', Buffer.concat([one, one.subarray(0, 3)]), follows],
      ['with an incomplete skippable frame', Buffer.concat([one, skipped.subarray(0, -1)]), incomplete],
      ['with a skippable frame without a length', Buffer.concat([one, skipped.subarray(0, 6)]), incomplete],
      ['with a wrong checksum', changed(one, -1), checksum],
      ['followed by text', Buffer.concat([one, Buffer.from('id,name\n')]), follows],
      ['followed by zeros', Buffer.concat([one, Buffer.alloc(9)]), follows],
      ['with a wrong block', Buffer.concat([one.subarray(0, 6), Buffer.alloc(200, 0xff)]), /is damaged/],
    ] as const)('decompress rejects a file %s', async (_, bytes, message) => {
      await expect(textOf(bytes, chunkBytes)).rejects.toThrow(loaderError('SOURCE_UNREADABLE', message));
    });
  });

  test('decompress rejects zstd that ends anywhere', async () => {
    const small = compress('id\n1\n');
    for (let length = 4; length < small.length; length++) {
      await expect(textOf(small.subarray(0, length), 5), `cut at ${length}`).rejects.toThrow(incomplete);
    }
  });
});

test.runIf(noZstd)(
  `detectCompression suggests the zstd program if Node.js has no zstd (Node.js ${process.versions.node})`,
  async () => {
    for (const [bytes, compression] of [
      [rawFrame(['id\n']), 'auto'],
      [skippableFrame(3), 'auto'],
      [rawFrame(['id\n']), 'zstd'],
    ] as const) {
      await expect(textOf(bytes, 3, compression)).rejects.toThrow(
        loaderError('SOURCE_UNREADABLE', /Node\.js 22\.15/, /zstd -dc FILE \| csv2ddb direct -/),
      );
    }
  },
);

describe('the compression setting', () => {
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
  ])('%s determines how a source is decompressed (%#)', async (compression, bytes, expected) => {
    for (const chunkBytes of [1, 3, 100_000]) {
      expect(await textOf(Buffer.from(bytes as string, 'latin1'), chunkBytes, compression)).toBe(expected);
    }
  });

  test.each<readonly [Compression, string | Buffer, RegExp, RegExp]>([
    ['gzip', 'id\n1\n', /^cannot decompress people\.csv\.gz with gzip: it is not a gzip file$/, /--compression/],
    ['gzip', '\x1f', /with gzip: it is not a gzip file$/, /./],
    ['gzip', '', /with gzip: it is empty$/, /./],
    ['gzip', rawFrame(['id\n']), /with gzip: it is compressed with zstd$/, /./],
    ['gzip', 'PK\x03\x04', /with gzip: it is a zip archive or an Excel workbook/, /./],
    ['zstd', gzip, /with zstd: it is compressed with gzip$/, /./],
    ['zstd', '', /with zstd: it is empty$/, /./],
    [
      'auto',
      'PK\x03\x04\x14',
      /^cannot read people\.csv\.gz: it is a zip archive or an Excel workbook/,
      /unzip -p FILE \| csv2ddb direct -/,
    ],
  ])('%s rejects a source with a different format (%#)', async (compression, bytes, message, hint) => {
    for (const chunkBytes of [1, 3, 100_000]) {
      await expect(textOf(Buffer.from(bytes as string, 'latin1'), chunkBytes, compression)).rejects.toThrow(
        loaderError(compression === 'auto' ? 'FORMAT_UNSUPPORTED' : 'SOURCE_UNREADABLE', message, hint),
      );
    }
  });

  test.each([
    ['a tar archive', makeTar(), /^cannot read people\.csv\.gz: it is a tar archive$/, /tar -xf FILE/],
    ['JSON', Buffer.from('{"id": 1}'), /it is JSON$/, /duckdb/],
    ['gzip', gzip, /it is compressed with gzip, inside of another compression$/, /gzip -dc FILE/],
  ])('gzip rejects %s inside', async (_, content, message, hint) => {
    await expect(textOf(gzipSync(content), 100_000, 'auto')).rejects.toThrow(
      loaderError('FORMAT_UNSUPPORTED', message, hint),
    );
  });
});

function makeTar(): Buffer {
  const header = Buffer.alloc(512);
  header.write('people.csv');
  header.write('ustar', 257);
  return header;
}

test.each([
  new LoaderError('SOURCE_CHANGED', 'people.csv.gz changed while csv2ddb was reading it'),
  Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }),
])('decompress throws errors of the input unchanged and closes it: $code', async (error) => {
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
  const chunksOut = decompress(new CompressedInput(chunks()), 'gzip', 'people.csv.gz', new DecompressionProgress());
  await expect(joined(chunksOut)).rejects.toBe(error);
  expect(isClosed).toBe(true);
});

test('ending the iteration early closes the input, and no chunk is requested before it is needed', async () => {
  const compressed = gzipSync(Buffer.alloc(20_000_000));
  const requested: number[] = [];
  let isClosed = false;
  async function* chunks(): AsyncGenerator<Buffer, void, void> {
    try {
      for await (const chunk of overwritten(compressed, 1000)) {
        requested.push(chunk.length);
        yield chunk;
      }
    } finally {
      isClosed = true;
    }
  }
  for await (const chunk of decompress(new CompressedInput(chunks()), 'gzip', 'x', new DecompressionProgress())) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect(isClosed).toBe(true);
  expect(requested.length).toBeLessThanOrEqual(2);
});

test('decompress yields 100 MB of zeros in small chunks and with bounded memory', async () => {
  const content = 100_000_000;
  const compressed = gzipSync(Buffer.alloc(content));
  expect(compressed.length).toBeLessThan(200_000);
  const before = process.memoryUsage();
  let peak = 0;
  let bytes = 0;
  const progress = new DecompressionProgress();
  for await (const chunk of decompress(
    new CompressedInput(overwritten(compressed, 65_536)),
    'gzip',
    'zeros',
    progress,
  )) {
    expect(chunk.length).toBeLessThanOrEqual(2 * decompressedChunkBytes);
    bytes += chunk.length;
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before.arrayBuffers);
    // A slow reader: without backpressure, chunks would pile up in memory.
    if (bytes % (50 * decompressedChunkBytes) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(bytes).toBe(content);
  expect(peak).toBeLessThan(64 * 1024 * 1024);
});

test('the progress counts the compressed bytes used, exactly at the end', async () => {
  const progress = new DecompressionProgress();
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * i * 7) % 251));
  const compressed = Buffer.concat([gzipSync(content), Buffer.alloc(50)]);
  expect([progress.storedOffset(0), progress.storedOffset(100)]).toEqual([0, 0]);
  let decompressedBytes = 0;
  let last = 0;
  for await (const chunk of decompress(new CompressedInput(overwritten(compressed, 10_000)), 'gzip', 'x', progress)) {
    decompressedBytes += chunk.length;
    const stored = progress.storedOffset(decompressedBytes);
    expect(stored).toBeGreaterThanOrEqual(last);
    expect(stored).toBeLessThanOrEqual(compressed.length);
    expect(progress.storedOffset(decompressedBytes / 2)).toBe(Math.round(stored / 2));
    last = stored;
  }
  expect(decompressedBytes).toBe(content.length);
  expect(progress.storedOffset(decompressedBytes)).toBe(compressed.length);
});
