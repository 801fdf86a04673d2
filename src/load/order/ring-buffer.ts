/** Small, because each partition has one. */
const initialCapacity = 4;

/** A first-in, first-out queue in constant time. It grows as needed and creates no garbage. */
export class RingBuffer<T> {
  /** Number of elements. */
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

  /** Called when the buffer is full: copies the elements in order, from the head. */
  #grow(): void {
    const old = this.#elements;
    const grown = new Array<T | undefined>(2 * old.length).fill(undefined);
    for (let index = 0; index < old.length; index++) grown[index] = old[(this.#head + index) & (old.length - 1)];
    this.#elements = grown;
    this.#head = 0;
  }
}
