import type { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PackedInput } from './packed-input.ts';

/** A decompressing stream of node:zlib. */
export type ZlibStream = Transform & {
  /** Packed bytes used so far. */
  readonly bytesWritten: number;
};

/**
 * The flow of an input through a stream of node:zlib whose `highWaterMark` is one byte: it asks for a piece only after
 * all that the last one unpacked to was read. So memory stays bounded, no piece has to outlive the next, and the bytes used
 * are known exactly.
 */
export class ZlibFlow {
  readonly #input: PackedInput;
  readonly #stream: ZlibStream;
  /** Bytes that the stream has used and that are taken from the input. */
  #taken = 0;

  constructor(input: PackedInput, stream: ZlibStream) {
    this.#input = input;
    this.#stream = stream;
  }

  /**
   * Passes a piece of the input to the stream. For the pieces that `unpack` is given.
   * @returns whether all of it was used; if not, the packed data end within it.
   */
  *pass(piece: Buffer): Generator<Buffer, boolean, void> {
    const end = this.#input.taken + piece.length;
    yield piece;
    this.#takeUsed();
    return this.#input.taken === end;
  }

  /**
   * Unpacks the pieces up to the end of the packed data. What follows is left in the input.
   * @throws errors of zlib (codes Z_… and ZSTD_…) and of the pieces, unchanged
   */
  async *unpack(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    // Its errors destroy the stream, which throws them below.
    const passing = pipeline(pieces, this.#stream).catch(() => undefined);
    for await (const chunk of this.#stream as AsyncIterable<Buffer>) {
      this.#takeUsed();
      yield chunk;
    }
    await passing;
    this.#takeUsed();
  }

  #takeUsed(): void {
    this.#input.take(this.#stream.bytesWritten - this.#taken);
    this.#taken = this.#stream.bytesWritten;
  }
}
