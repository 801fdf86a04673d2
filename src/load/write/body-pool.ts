/** Bodies have sizes of powers of two, from this size on. */
const minBytes = 4 * 1024;
/** Larger bodies are not kept for reuse. */
const maxKeptBytes = 64 * 1024;

/** Memory for request bodies, kept for reuse: otherwise a thousand bodies per second would become garbage. */
export class BodyPool {
  readonly #spare = new Map<number, Buffer[]>();

  /** Returns memory of at least this many bytes, with arbitrary content. */
  take(bytes: number): Buffer {
    const size = Math.max(minBytes, 2 ** Math.ceil(Math.log2(bytes)));
    if (size > maxKeptBytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Returns memory to the pool. Only if the response has arrived: the socket of a lost request may still use it. */
  release(memory: Buffer): void {
    if (memory.length > maxKeptBytes) return;
    const spare = this.#spare.get(memory.length);
    if (spare === undefined) this.#spare.set(memory.length, [memory]);
    else spare.push(memory);
  }
}
