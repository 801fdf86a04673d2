import { Buffer } from 'node:buffer';
import * as zlib from 'node:zlib';

/** Compresses to one zstd frame with a checksum; undefined if Node.js has no zstd. */
export const zstd = makeZstd(
  zlib as unknown as {
    zstdCompressSync?: (bytes: Buffer, options: { params: Record<number, number> }) => Buffer;
    constants: { ZSTD_c_checksumFlag?: number };
  },
);

function makeZstd({
  zstdCompressSync,
  constants,
}: {
  zstdCompressSync?: (bytes: Buffer, options: { params: Record<number, number> }) => Buffer;
  constants: { ZSTD_c_checksumFlag?: number };
}): ((bytes: Buffer | string) => Buffer) | undefined {
  const flag = constants.ZSTD_c_checksumFlag;
  if (zstdCompressSync === undefined || flag === undefined) return undefined;
  return (bytes) => zstdCompressSync(Buffer.from(bytes), { params: { [flag]: 1 } });
}

/** Creates a zstd frame without content. */
export function skippableFrame(length: number): Buffer {
  const frame = Buffer.alloc(8 + length, 0x28);
  frame.writeUInt32LE(0x184d2a53, 0);
  frame.writeUInt32LE(length, 4);
  return frame;
}

/** Creates a zstd frame with a raw block for each piece, without compression and checksum. */
export function rawFrame(pieces: readonly string[]): Buffer {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (const [index, piece] of pieces.entries()) {
    const header = Buffer.alloc(3);
    header.writeUIntLE((piece.length << 3) | (index === pieces.length - 1 ? 1 : 0), 0, 3);
    parts.push(header, Buffer.from(piece));
  }
  return Buffer.concat(parts);
}

/**
 * Yields the bytes in chunks that reuse the same memory, like a file: requesting a chunk overwrites the previous one.
 */
export async function* overwritten(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer, void, void> {
  const memory = Buffer.alloc(chunkBytes);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const length = bytes.copy(memory, 0, at, at + chunkBytes);
    yield memory.subarray(0, length);
    memory.fill(0xee);
    // Like a read from a disk.
    await Promise.resolve();
  }
}

/** Joins all chunks. */
export async function joined(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}
