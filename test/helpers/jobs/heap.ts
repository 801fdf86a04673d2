/** Something that is due at a time; of those that are due at the same one, the first that was planned. */
export interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
  /** Taken back: it lies here until its time, which is cheaper than looking for it. */
  isCancelled: boolean;
}

function isBefore(one: Due, other: Due): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A binary heap: what is due next comes first. */
export class Heap {
  readonly #items: Due[] = [];

  add(due: Due): void {
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

  /** What is due next, without what was taken back. */
  peek(): Due | undefined {
    while (this.#items[0]?.isCancelled === true) this.take();
    return this.#items[0];
  }

  take(): Due | undefined {
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
