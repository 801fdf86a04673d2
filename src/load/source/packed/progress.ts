/** How many stored bytes stand for how many unpacked ones, as far as a source has been read. */
export class Meter {
  #stored = 0;
  #unpacked = 0;

  /** Stored bytes were read up to here, and so many more bytes came of them. */
  add(stored: number, unpacked: number): void {
    this.#stored = stored;
    this.#unpacked += unpacked;
  }

  /** The stored bytes that stand for the first `offset` unpacked ones, about; 0 before anything is read. */
  storedOffset(offset: number): number {
    if (offset >= this.#unpacked) return this.#stored;
    return Math.round((offset / this.#unpacked) * this.#stored);
  }
}
