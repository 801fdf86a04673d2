import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Compression } from '../../../../src/load/settings.ts';
import type { Source, SourceIdentity } from '../../../../src/load/source/source.ts';
import { openStdin as openWith } from '../../../../src/load/source/stdin.ts';
import { StreamSource } from '../../../../src/load/source/stream-source.ts';
import { pieces } from '../read/reading.ts';
import { bytesOf, loaderError } from './reading.ts';

function openStdin(stdin: NodeJS.ReadableStream, compression: Compression = 'auto'): Source {
  return openWith(stdin, compression);
}

const bytes = Buffer.from('id,name\n1,Ada\n2,Grace\n3,Edsger\n');

function stdinOf(input: Buffer, chunkBytes = 7): Readable {
  return Readable.from(pieces(input, chunkBytes), { objectMode: false });
}

function identityOf(hashedBytes: number): SourceIdentity {
  return {
    kind: 'stdin',
    hashedBytes,
    sha256: createHash('sha256').update(bytes.subarray(0, hashedBytes)).digest('hex'),
  };
}

describe('standard input', () => {
  test('has a name and no size', () => {
    expect(openStdin(stdinOf(bytes))).toMatchObject({ name: 'stdin', baseName: 'stdin', storedBytes: undefined });
  });

  test('is read to its end', async () => {
    expect(await bytesOf(openStdin(stdinOf(bytes)))).toEqual(bytes);
    expect(await bytesOf(openStdin(stdinOf(Buffer.alloc(0))))).toHaveLength(0);
  });

  test('is identified up to the end of the chunk that contains the frontier', async () => {
    const source = openStdin(stdinOf(bytes));
    expect(await source.identify(0)).toEqual(identityOf(0));
    const chunks = source.read(0)[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.next();
    await chunks.next();
    expect(await source.identify(6)).toEqual(identityOf(7));
    expect(await source.identify(7)).toEqual(identityOf(7));
    expect(await source.identify(20)).toEqual(identityOf(21));
    expect(await source.identify(21)).toEqual(identityOf(21));
    await chunks.next();
    expect(await source.identify(21)).toEqual(identityOf(21));
    expect(await source.identify(1000)).toEqual(identityOf(28));
    await source.close();
  });

  test('can be identified after it is closed', async () => {
    const source = openStdin(stdinOf(bytes));
    await bytesOf(source);
    expect(await source.identify(bytes.length)).toEqual(identityOf(bytes.length));
  });

  test.each([1, 3, 7, 13, 14, 15, 1000])('resumes at any offset, in chunks of %i bytes', async (chunkBytes) => {
    for (const [hashed, offset] of [
      [0, 0],
      [0, 14],
      [7, 14],
      [14, 14],
      [14, 20],
      [20, 14],
      [31, 1],
      [31, 31],
    ] as const) {
      const source = openStdin(stdinOf(bytes, chunkBytes));
      expect(await bytesOf(source, offset, identityOf(hashed))).toEqual(bytes.subarray(offset));
      expect(await source.identify(bytes.length)).toEqual(identityOf(bytes.length));
    }
  });

  test('keeps the expected identity until it matches, then continues from there', async () => {
    const input = new PassThrough();
    const source = openStdin(input);
    const chunks = source.read(15, identityOf(14))[Symbol.asyncIterator]();
    const first = chunks.next();
    input.write(bytes.subarray(0, 10));
    await setImmediate();
    expect(await source.identify(15)).toEqual(identityOf(14));
    input.write(bytes.subarray(10, 20));
    expect((await first).value).toEqual(bytes.subarray(15, 20));
    expect(await source.identify(15)).toEqual(identityOf(20));
    expect(await source.identify(20)).toEqual(identityOf(20));
    await source.close();
  });

  test.each([
    [1, 14],
    [7, 14],
    [1000, 14],
    [1, 5],
    [7, 5],
  ])(
    'is rejected if it differs from the earlier run, in chunks of %i bytes, from byte %i',
    async (chunkBytes, offset) => {
      const other = Buffer.from(bytes);
      other[9] = 0x3b;
      const yielded: Buffer[] = [];
      const read = async (): Promise<void> => {
        for await (const chunk of openStdin(stdinOf(other, chunkBytes)).read(offset, identityOf(14)))
          yielded.push(chunk);
      };
      await expect(read()).rejects.toThrow(
        loaderError('SOURCE_CHANGED', /its first 14 bytes are different/, /--restart/),
      );
      expect(yielded).toEqual([]);
    },
  );

  test.each([13, 14, 19])('is rejected if it ends at byte %i, before byte 20', async (length) => {
    const source = openStdin(stdinOf(bytes.subarray(0, length)));
    await expect(bytesOf(source, 20, identityOf(14))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', new RegExp(`it ends at byte ${length}, before byte 20`)),
    );
  });

  test('is rejected if the earlier run read a file', async () => {
    const file = { kind: 'file', sizeBytes: 1, mtimeMs: 1, headSha256: '', tailSha256: '' } as const;
    await expect(bytesOf(openStdin(stdinOf(bytes)), 0, file)).rejects.toThrow(loaderError('SOURCE_CHANGED', /a file/));
  });

  test('reports the offset of an error', async () => {
    const input = new PassThrough();
    const chunks = openStdin(input).read(0)[Symbol.asyncIterator]();
    const first = chunks.next();
    input.write(bytes.subarray(0, 7));
    await first;
    const second = chunks.next();
    input.destroy(new Error('the other side is gone'));
    await expect(second).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: 'cannot read stdin from byte 7: the other side is gone',
    });
  });

  test('allows the reader to stop early', async () => {
    const input = stdinOf(bytes);
    for await (const chunk of openStdin(input).read(0)) {
      expect(chunk).toHaveLength(7);
      break;
    }
    expect(input.destroyed).toBe(true);
  });

  test('ends a waiting read when it is closed', async () => {
    const input = new PassThrough();
    const source = openStdin(input);
    const waiting = source.read(0)[Symbol.asyncIterator]().next();
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await setImmediate();
    await source.close();
    await outcome;
    expect(input.destroyed).toBe(true);
  });
});

/** Reads the head until it has `minBytes` bytes. */
async function headOf(source: Source, minBytes: number): Promise<Buffer> {
  let seen = Buffer.alloc(0);
  for await (const chunk of source.head()) {
    seen = Buffer.concat([seen, chunk]);
    if (seen.length >= minBytes) break;
  }
  return seen;
}

describe('the head of standard input', () => {
  test.each([1, 7, 8, 30, 31, 1000])('yields %i bytes, and read yields them again', async (minBytes) => {
    const input = stdinOf(bytes);
    const source = openStdin(input);
    const seen = await headOf(source, minBytes);
    expect(seen.length).toBe(Math.min(bytes.length, Math.ceil(minBytes / 7) * 7));
    expect(seen).toEqual(bytes.subarray(0, seen.length));
    expect(await source.identify(0)).toEqual(identityOf(0));
    expect(await bytesOf(source)).toEqual(bytes);
    expect(await source.identify(bytes.length)).toEqual(identityOf(bytes.length));
  });

  test('yields the same bytes a second time', async () => {
    const source = openStdin(stdinOf(bytes));
    expect(await headOf(source, 14)).toEqual(bytes.subarray(0, 14));
    expect(await headOf(source, 7)).toEqual(bytes.subarray(0, 7));
    expect(await headOf(source, 20)).toEqual(bytes.subarray(0, 21));
    expect(await bytesOf(source)).toEqual(bytes);
  });

  test.each([1, 3, 7, 14, 1000])('does not prevent a resume, in chunks of %i bytes', async (chunkBytes) => {
    for (const [hashed, offset, minBytes] of [
      [0, 14, 8],
      [14, 20, 8],
      [14, 20, 31],
      [20, 14, 1],
      [31, 31, 31],
    ] as const) {
      const source = openStdin(stdinOf(bytes, chunkBytes));
      await headOf(source, minBytes);
      expect(await bytesOf(source, offset, identityOf(hashed))).toEqual(bytes.subarray(offset));
      expect(await source.identify(bytes.length)).toEqual(identityOf(bytes.length));
    }
  });

  test('does not hide that the source differs', async () => {
    const other = Buffer.from(bytes);
    other[9] = 0x3b;
    const source = openStdin(stdinOf(other));
    await headOf(source, 31);
    await expect(bytesOf(source, 14, identityOf(14))).rejects.toThrow(loaderError('SOURCE_CHANGED', /are different/));
  });

  test('leaves the source open when it ends early', async () => {
    const input = stdinOf(bytes);
    const source = openStdin(input);
    await headOf(source, 1);
    expect(input.destroyed).toBe(false);
    await source.close();
    expect(input.destroyed).toBe(true);
    await expect(bytesOf(source)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test('throws the error of the stream, and so does read', async () => {
    const input = new PassThrough();
    const source = openStdin(input);
    input.write(bytes.subarray(0, 7));
    const head = source.head()[Symbol.asyncIterator]();
    await head.next();
    const second = head.next();
    input.destroy(new Error('the other side is gone'));
    const broken = {
      code: 'SOURCE_UNREADABLE',
      message: 'cannot read stdin from byte 7: the other side is gone',
    };
    await expect(second).rejects.toMatchObject(broken);
    await expect(bytesOf(source)).rejects.toMatchObject(broken);
  });

  test('is followed by a read that throws an error that occurred in between', async () => {
    const input = new PassThrough();
    const source = openStdin(input);
    input.write(bytes.subarray(0, 7));
    await headOf(source, 1);
    input.destroy(new Error('the other side is gone'));
    await setImmediate();
    await expect(bytesOf(source)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  test('ends when the source is closed', async () => {
    const source = openStdin(new PassThrough());
    const waiting = source.head()[Symbol.asyncIterator]().next();
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await setImmediate();
    await source.close();
    await outcome;
  });
});

describe('compressed standard input', () => {
  const compressed = gzipSync(bytes);

  test.each([1, 7, 1000])(
    'is decompressed in chunks of %i bytes, and identified by its content',
    async (chunkBytes) => {
      const source = openStdin(stdinOf(compressed, chunkBytes));
      expect(await headOf(source, bytes.length)).toEqual(bytes);
      expect(await bytesOf(source)).toEqual(bytes);
      expect(await source.identify(bytes.length)).toEqual(identityOf(bytes.length));
      // Compressed differently or not at all, it is the same source.
      for (const other of [gzipSync(bytes, { level: 0 }), Buffer.concat([compressed, Buffer.alloc(9)]), bytes]) {
        const again = openStdin(stdinOf(other, chunkBytes));
        expect(await bytesOf(again, 20, identityOf(14))).toEqual(bytes.subarray(20));
      }
    },
  );

  test('resumes only if it is the same', async () => {
    const other = gzipSync(bytes.toString().replace('Grace', 'Edith'));
    await expect(bytesOf(openStdin(stdinOf(other)), 31, identityOf(31))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', /its first 31 bytes are different/),
    );
  });

  test('is not decompressed with the setting none', async () => {
    expect(await bytesOf(openStdin(stdinOf(compressed), 'none'))).toEqual(compressed);
  });

  test.each<[string, Buffer, Compression, RegExp]>([
    ['incomplete', compressed.subarray(0, -2), 'auto', /^stdin is damaged: the compressed data is incomplete/],
    ['followed by text', Buffer.concat([compressed, bytes]), 'auto', /^stdin is damaged: unexpected data follows/],
    [
      'a zip archive',
      Buffer.from('PK\x03\x04\x14'),
      'auto',
      /^cannot read stdin: it is a zip archive or an Excel workbook/,
    ],
    ['not compressed as configured', bytes, 'gzip', /^cannot decompress stdin with gzip: it is not a gzip file/],
    ['empty with a compression configured', Buffer.alloc(0), 'gzip', /^cannot decompress stdin with gzip: it is empty/],
  ])('that is %s makes the read fail', async (_, input, compression, message) => {
    const source = openStdin(stdinOf(input), compression);
    await expect(bytesOf(source)).rejects.toThrow(
      loaderError(message.source.includes('zip archive') ? 'FORMAT_UNSUPPORTED' : 'SOURCE_UNREADABLE', message),
    );
    await source.close();
  });

  test('ends a waiting read when it is closed', async () => {
    const input = new PassThrough();
    const source = openStdin(input);
    input.write(compressed.subarray(0, compressed.length - 5));
    const chunks = source.read(0)[Symbol.asyncIterator]();
    const first = chunks.next();
    const outcome = Promise.allSettled([first, first.then(() => chunks.next())]);
    await setImmediate();
    await source.close();
    expect((await outcome)[1]).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } });
    expect(input.destroyed).toBe(true);
  });
});

describe('StreamSource', () => {
  async function* chunks(input: Buffer, gone: { isGone: boolean }): AsyncGenerator<Buffer, void, void> {
    try {
      for (const piece of pieces(input, 7)) {
        await setImmediate();
        yield piece;
      }
    } finally {
      gone.isGone = true;
    }
  }

  test('yields the bytes unchanged, and knows the stored size if it is given', async () => {
    const gone = { isGone: false };
    const open = (): AsyncIterable<Buffer> => chunks(bytes, gone);
    const source = new StreamSource('https://x/people.csv', 'people.csv', open, {
      compression: 'auto',
      storedBytes: 31,
    });
    expect(source.storedBytes).toBe(31);
    expect(source.storedOffset(0)).toBe(0);
    expect(await headOf(source, 10)).toEqual(bytes.subarray(0, 14));
    expect(await bytesOf(source)).toEqual(bytes);
    expect([source.storedOffset(0), source.storedOffset(14), source.storedOffset(31)]).toEqual([0, 14, 31]);
  });

  test('counts the compressed bytes that were read', async () => {
    const gone = { isGone: false };
    const compressed = gzipSync(bytes);
    const options = { compression: 'auto', storedBytes: compressed.length } as const;
    const source = new StreamSource('x', 'x', () => chunks(compressed, gone), options);
    expect(await bytesOf(source)).toEqual(bytes);
    expect(source.storedOffset(bytes.length)).toBe(compressed.length);
  });

  test.each(['auto', 'none'] as const)('ends the stream when the reader stops (%s)', async (compression) => {
    const gone = { isGone: false };
    const source = new StreamSource('x', 'x', () => chunks(bytes, gone), { compression });
    for await (const chunk of source.read(0)) {
      expect(chunk).toHaveLength(7);
      break;
    }
    await setImmediate();
    await setImmediate();
    expect(gone.isGone).toBe(true);
  });
});
