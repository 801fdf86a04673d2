import { Buffer } from 'node:buffer';

/**
 * Packed bytes on their way to what unpacks them: the chunk at hand, of which pieces are taken. It never asks for more
 * than is needed, and never keeps a chunk beyond the time it is valid.
 */
export class PackedInput {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #taken = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** What is left of the chunk at hand, or the next one; undefined at the end. */
  async more(): Promise<Buffer | undefined> {
    const rest = await this.peek(1);
    return rest.length === 0 ? undefined : rest;
  }

  /** What comes next, at least `bytes` bytes of it; fewer where the input ends. */
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

  /** The next `bytes` bytes of the chunk at hand are done with. */
  take(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
    this.#taken += bytes;
  }

  /** Ends the input early. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
