/** First in, first out, in constant time: an array whose consumed head is cut off now and then. */
export class Fifo<T> {
  #elements: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#elements.length - this.#head;
  }

  push(element: T): void {
    this.#elements.push(element);
  }

  shift(): T | undefined {
    if (this.#head === this.#elements.length) return undefined;
    const element = this.#elements[this.#head];
    this.#elements[this.#head++] = undefined;
    if (this.#head === this.#elements.length) {
      this.#elements.length = 0;
      this.#head = 0;
    } else if (this.#head >= 4096 && this.#head * 2 >= this.#elements.length) {
      this.#elements = this.#elements.slice(this.#head);
      this.#head = 0;
    }
    return element;
  }
}
