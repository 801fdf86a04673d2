import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { SourceIdentity } from '../../../src/source/source.ts';
import { openStdin } from '../../../src/source/stdin.ts';
import { pieces } from '../read/reading.ts';
import { bytesOf, loaderError } from './reading.ts';

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
    expect(openStdin(stdinOf(bytes))).toMatchObject({ name: 'stdin', baseName: 'stdin', sizeBytes: undefined });
  });

  test('is read to its end', async () => {
    expect(await bytesOf(openStdin(stdinOf(bytes)))).toEqual(bytes);
    expect(await bytesOf(openStdin(stdinOf(Buffer.alloc(0))))).toHaveLength(0);
  });

  test('is identified to the end of the chunk in which the frontier lies', async () => {
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

  test('is still identified when it is closed', async () => {
    const source = openStdin(stdinOf(bytes));
    await bytesOf(source);
    expect(await source.identify(bytes.length)).toEqual(identityOf(bytes.length));
  });

  test.each([1, 3, 7, 13, 14, 15, 1000])('is read on from a place in it, in chunks of %i bytes', async (chunkBytes) => {
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

  test('keeps what it was expected to be until that is checked, and goes on from there', async () => {
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
  ])('that is another is not read on, in chunks of %i bytes, from byte %i', async (chunkBytes, offset) => {
    const other = Buffer.from(bytes);
    other[9] = 0x3b;
    const yielded: Buffer[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of openStdin(stdinOf(other, chunkBytes)).read(offset, identityOf(14))) yielded.push(chunk);
    };
    await expect(read()).rejects.toThrow(loaderError('SOURCE_CHANGED', /its first 14 bytes are others/, /--restart/));
    expect(yielded).toEqual([]);
  });

  test.each([13, 14, 19])('that ends at byte %i is not read on from byte 20', async (length) => {
    const source = openStdin(stdinOf(bytes.subarray(0, length)));
    await expect(bytesOf(source, 20, identityOf(14))).rejects.toThrow(
      loaderError('SOURCE_CHANGED', new RegExp(`it ends at byte ${length}, before byte 20`)),
    );
  });

  test('is not read on where the run read a file', async () => {
    const file = { kind: 'file', sizeBytes: 1, mtimeMs: 1, headSha256: '', tailSha256: '' } as const;
    await expect(bytesOf(openStdin(stdinOf(bytes)), 0, file)).rejects.toThrow(loaderError('SOURCE_CHANGED', /a file/));
  });

  test('that breaks off says where', async () => {
    const input = new PassThrough();
    const chunks = openStdin(input).read(0)[Symbol.asyncIterator]();
    const first = chunks.next();
    input.write(bytes.subarray(0, 7));
    await first;
    const second = chunks.next();
    input.destroy(new Error('the other side is gone'));
    await expect(second).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: 'cannot read stdin from byte 7 on: the other side is gone',
    });
  });

  test('may be left early', async () => {
    const input = stdinOf(bytes);
    for await (const chunk of openStdin(input).read(0)) {
      expect(chunk).toHaveLength(7);
      break;
    }
    expect(input.destroyed).toBe(true);
  });

  test('does not keep a reader that waits when it is closed', async () => {
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
