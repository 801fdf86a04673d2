/** Bodies larger than this are not kept for reuse. */
const largestKept = 64 * 1024;

/** Bodies of ordinary batches, kept for reuse: a request a millisecond would otherwise be garbage of its own size. */
export class Bodies {
  readonly #spare: Buffer[] = [];

  /** Memory of at least so many bytes, whatever stands in it. */
  take(bytes: number): Buffer {
    const spare = bytes > largestKept ? undefined : this.#spare.pop();
    return spare ?? Buffer.allocUnsafeSlow(Math.max(bytes, largestKept));
  }

  /** Only for a body whose request is answered: the socket of a lost one may still hold it. */
  giveBack(memory: Buffer): void {
    if (memory.length === largestKept) this.#spare.push(memory);
  }
}
