import type { Bucket, Condition, Stored } from './bucket.ts';

/** A state as it lies in S3. */
export interface Held<T> extends Omit<Stored, 'body'> {
  readonly state: T;
}

/** Raised when the meaning of a state changes: a loader of another version leaves it alone. */
const format = 1;

/** Small values in S3, changed only from what was read: whoever comes second reads again. */
export class Store {
  readonly #bucket: Bucket;
  readonly #token: () => string;

  /** @param token another one at each call */
  constructor(bucket: Bucket, token: () => string) {
    this.#bucket = bucket;
    this.#token = token;
  }

  /** @throws Error where it is of another version of csv2ddb. */
  async read<T>(key: string): Promise<Held<T> | undefined> {
    const stored = await this.#bucket.get(key);
    if (stored === undefined) return undefined;
    const { body, ...held } = stored;
    const content = parse(body);
    if (content.format === format) return { state: content.state as T, ...held };
    throw new Error(
      `${key} is of another version of csv2ddb (format ${String(content.format)}, this one has ${format})`,
    );
  }

  /** @returns undefined where there is one already. */
  async make<T>(key: string, state: T): Promise<Held<T> | undefined> {
    return this.#put(key, state, { ifNoneMatch: true });
  }

  /** @returns undefined where it has changed since it was read. */
  async change<T>(key: string, before: Held<T>, state: T): Promise<Held<T> | undefined> {
    return this.#put(key, state, { ifMatch: before.etag });
  }

  /** Changes what lies there, as often as it takes; nothing is written where that changes nothing. */
  async update<T>(key: string, change: (state: T) => T): Promise<Held<T> | undefined> {
    for (;;) {
      const before = await this.read<T>(key);
      if (before === undefined) return undefined;
      const state = change(before.state);
      if (state === before.state) return before;
      const held = await this.change(key, before, state);
      if (held !== undefined) return held;
    }
  }

  async #put<T>(key: string, state: T, condition: Condition): Promise<Held<T> | undefined> {
    const token = this.#token();
    const put = await this.#bucket.put(key, JSON.stringify({ format, token, state }), condition);
    if (put !== undefined) return { state, etag: put.etag, ageMs: 0 };
    // The answer to a first try may have been lost: then what refuses the second one is our own.
    const stored = await this.#bucket.get(key);
    if (stored === undefined || parse(stored.body).token !== token) return undefined;
    return { state, etag: stored.etag, ageMs: stored.ageMs };
  }
}

function parse(body: string) {
  return JSON.parse(body) as { readonly format?: unknown; readonly token?: unknown; readonly state?: unknown };
}
