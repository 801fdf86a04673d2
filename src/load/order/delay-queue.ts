interface Due<T> {
  readonly atMs: number;
  readonly what: T;
}

/** What has its time, the earliest first: a binary heap. */
export class DueQueue<T> {
  readonly #heap: Due<T>[] = [];

  /** When the next is due; undefined: nothing is to come. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  push(atMs: number, what: T): void {
    const heap = this.#heap;
    const due = { atMs, what };
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = heap[above];
      if (parent === undefined || parent.atMs <= atMs) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  /** The earliest, if its time has come. */
  shift(nowMs: number): T | undefined {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first.what;
  }

  #sink(due: Due<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && right.atMs < left.atMs;
      const child = isRight ? right : left;
      if (child === undefined || child.atMs >= due.atMs) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = due;
  }
}
