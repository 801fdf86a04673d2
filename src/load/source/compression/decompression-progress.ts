/** Relates decompressed bytes to stored bytes, as far as a source has been read. */
export class DecompressionProgress {
  #storedBytes = 0;
  #decompressedBytes = 0;

  /** Records that `decompressedBytes` more bytes came from the stored bytes up to `storedBytes`. */
  add(storedBytes: number, decompressedBytes: number): void {
    this.#storedBytes = storedBytes;
    this.#decompressedBytes += decompressedBytes;
  }

  /** Estimates the stored bytes that the first `offset` decompressed bytes came from; 0 before the first read. */
  storedOffset(offset: number): number {
    if (offset >= this.#decompressedBytes) return this.#storedBytes;
    return Math.round((offset / this.#decompressedBytes) * this.#storedBytes);
  }
}
