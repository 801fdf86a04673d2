/** Bodies are made in sizes of powers of two from here on … */
const smallestBytes = 4 * 1024;
/** … and kept for reuse up to this one. */
const largestKeptBytes = 64 * 1024;

/** Bodies of ordinary batches, kept for reuse: a request a millisecond would otherwise be garbage of its own size. */
export class Bodies {
  readonly #spare = new Map<number, Buffer[]>();

  /** Memory of at least so many bytes, whatever stands in it. */
  take(bytes: number): Buffer {
    const size = Math.max(smallestBytes, 2 ** Math.ceil(Math.log2(bytes)));
    if (size > largestKeptBytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Only for a body whose request is answered: the socket of a lost one may still hold it. */
  giveBack(memory: Buffer): void {
    if (memory.length > largestKeptBytes) return;
    const spare = this.#spare.get(memory.length);
    if (spare === undefined) this.#spare.set(memory.length, [memory]);
    else spare.push(memory);
  }
}
