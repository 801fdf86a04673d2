import { Buffer } from 'node:buffer';

/**
 * Compressed bytes for the decompressor. It requests no more chunks than needed, and never keeps a chunk
 * longer than it is valid.
 */
export class CompressedInput {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #consumedBytes = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  get consumedBytes(): number {
    return this.#consumedBytes;
  }

  /** Returns the rest of the current chunk, or the next chunk; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    const rest = await this.peek(1);
    return rest.length === 0 ? undefined : rest;
  }

  /** Returns at least the next `bytes` bytes; fewer if the input ends. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#rest.length < bytes) {
      // The next chunk may overwrite this one.
      const kept = Buffer.from(this.#rest);
      this.#rest = kept;
      const next = await this.#chunks.next();
      if (next.done === true) break;
      this.#rest = kept.length === 0 ? next.value : Buffer.concat([kept, next.value]);
    }
    return this.#rest;
  }

  /** Consumes the next `bytes` bytes of the current chunk. */
  consume(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
    this.#consumedBytes += bytes;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
