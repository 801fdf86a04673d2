/** Small: each partition has one. */
const initialCapacity = 4;

/** First in, first out, in constant time: a ring, which grows and makes no garbage. */
export class Fifo<T> {
  /** Elements in it. */
  size = 0;
  #elements = new Array<T | undefined>(initialCapacity).fill(undefined);
  #head = 0;

  push(element: T): void {
    if (this.size === this.#elements.length) this.#grow();
    this.#elements[(this.#head + this.size++) & (this.#elements.length - 1)] = element;
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const element = this.#elements[this.#head];
    this.#elements[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#elements.length - 1);
    this.size--;
    return element;
  }

  /** Called when it is full: from the head on, and then from the beginning. */
  #grow(): void {
    const old = this.#elements;
    const grown = new Array<T | undefined>(2 * old.length).fill(undefined);
    for (let index = 0; index < old.length; index++) grown[index] = old[(this.#head + index) & (old.length - 1)];
    this.#elements = grown;
    this.#head = 0;
  }
}
