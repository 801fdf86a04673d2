import type { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CompressedInput } from './compressed-input.ts';

/** A decompression stream of node:zlib. */
export type ZlibTransform = Transform & {
  /** Compressed bytes consumed so far. */
  readonly bytesWritten: number;
};

/**
 * Runs an input through a node:zlib stream with a `highWaterMark` of one byte: the stream requests a piece only after
 * everything from the previous piece was read. So memory is bounded, no piece has to outlive the next one, and the
 * number of consumed bytes is exact.
 */
export class ZlibDecompressor {
  readonly #input: CompressedInput;
  readonly #stream: ZlibTransform;
  /** Bytes consumed by the stream that are also consumed from the input. */
  #consumedBytes = 0;

  constructor(input: CompressedInput, stream: ZlibTransform) {
    this.#input = input;
    this.#stream = stream;
  }

  /**
   * Passes a piece of the input to the stream. Used by the pieces given to `run`.
   * @returns Whether all of it was consumed. If not, the compressed data ends inside it.
   */
  *pass(piece: Buffer): Generator<Buffer, boolean, void> {
    const end = this.#input.consumedBytes + piece.length;
    yield piece;
    this.#consume();
    return this.#input.consumedBytes === end;
  }

  /**
   * Decompresses the pieces up to the end of the compressed data, and leaves the rest in the input.
   * @throws Errors of zlib (codes Z_… and ZSTD_…) and of the pieces, unchanged.
   */
  async *run(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    // An error destroys the stream, and the loop below throws it.
    const passing = pipeline(pieces, this.#stream).catch(() => undefined);
    for await (const chunk of this.#stream as AsyncIterable<Buffer>) {
      this.#consume();
      yield chunk;
    }
    await passing;
    this.#consume();
  }

  #consume(): void {
    this.#input.consume(this.#stream.bytesWritten - this.#consumedBytes);
    this.#consumedBytes = this.#stream.bytesWritten;
  }
}
