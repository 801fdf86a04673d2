/** A call at a time. If two have the same time, the one that was added first comes first. */
export interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
  /** A canceled timer stays in the heap until its time, because finding it would cost more. */
  isCanceled: boolean;
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A binary heap that returns the earliest timer first. */
export class Heap {
  readonly #items: Timer[] = [];

  add(due: Timer): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !isBefore(due, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = due;
  }

  /** Returns the earliest timer that is not canceled, and leaves it in the heap. */
  peek(): Timer | undefined {
    while (this.#items[0]?.isCanceled === true) this.take();
    return this.#items[0];
  }

  take(): Timer | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = items[2 * at + 1];
      const right = items[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const next = isRight ? right : left;
      if (next === undefined || !isBefore(next, last)) break;
      items[at] = next;
      at = 2 * at + (isRight ? 2 : 1);
    }
    items[at] = last;
    return first;
  }
}
