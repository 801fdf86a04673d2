interface Delayed<T> {
  readonly atMs: number;
  readonly element: T;
}

/** A queue whose elements become due at a given time, the earliest first: a binary heap. */
export class DelayQueue<T> {
  readonly #heap: Delayed<T>[] = [];

  /** When the next element is due; undefined if the queue is empty. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  push(atMs: number, element: T): void {
    const heap = this.#heap;
    const delayed = { atMs, element };
    let at = heap.push(delayed) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = heap[above];
      if (parent === undefined || parent.atMs <= atMs) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = delayed;
  }

  /** Removes the earliest element if it is due. */
  shift(nowMs: number): T | undefined {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first.element;
  }

  #sink(delayed: Delayed<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && right.atMs < left.atMs;
      const child = isRight ? right : left;
      if (child === undefined || child.atMs >= delayed.atMs) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = delayed;
  }
}
