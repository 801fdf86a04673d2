import type { PipelineBucket, PutCondition, StoredState } from './bucket.ts';

/** A state with the version it has in S3. */
export interface Versioned<T> extends Omit<StoredState, 'body'> {
  readonly state: T;
}

/** Increased when the meaning of a state changes. Loaders with a different format number do not touch the state. */
const format = 1;

/** Stores small values in S3. A change applies only to the version that was read; the second of two writers reads again. */
export class Store {
  readonly #bucket: PipelineBucket;
  readonly #token: () => string;

  /** @param token Returns a unique value on each call. */
  constructor(bucket: PipelineBucket, token: () => string) {
    this.#bucket = bucket;
    this.#token = token;
  }

  /** @throws Error if a different version of csv2ddb wrote the state. */
  async read<T>(key: string): Promise<Versioned<T> | undefined> {
    const stored = await this.#bucket.get(key);
    if (stored === undefined) return undefined;
    const { body, ...held } = stored;
    const content = parse(body);
    if (content.format === format) return { state: content.state as T, ...held };
    throw new Error(
      `${key} was written by a different version of csv2ddb (format ${String(content.format)}, expected ${format})`,
    );
  }

  /** @returns undefined if the key already exists. */
  async create<T>(key: string, state: T): Promise<Versioned<T> | undefined> {
    return this.#put(key, state, { ifNoneMatch: true });
  }

  /** @returns undefined if the state has changed since it was read. */
  async replace<T>(key: string, before: Versioned<T>, state: T): Promise<Versioned<T> | undefined> {
    return this.#put(key, state, { ifMatch: before.etag });
  }

  /**
   * Changes the stored state, and retries if another writer was first. Writes nothing if `change` returns the same state.
   * @param known The state as last seen; default: it is read. If it has changed since, that costs a request and a retry.
   */
  async update<T>(key: string, change: (state: T) => T, known?: Versioned<T>): Promise<Versioned<T> | undefined> {
    let before = known ?? (await this.read<T>(key));
    while (before !== undefined) {
      const state = change(before.state);
      if (state === before.state) return before;
      const held = await this.replace(key, before, state);
      if (held !== undefined) return held;
      before = await this.read<T>(key);
    }
    return undefined;
  }

  async #put<T>(key: string, state: T, condition: PutCondition): Promise<Versioned<T> | undefined> {
    const token = this.#token();
    const put = await this.#bucket.put(key, JSON.stringify({ format, token, state }), condition);
    if (put !== undefined) return { state, etag: put.etag, ageMs: 0 };
    // If the response to a first attempt was lost, the retry fails because of our own write.
    const stored = await this.#bucket.get(key);
    if (stored === undefined || parse(stored.body).token !== token) return undefined;
    return { state, etag: stored.etag, ageMs: stored.ageMs };
  }
}

function parse(body: string) {
  return JSON.parse(body) as { readonly format?: unknown; readonly token?: unknown; readonly state?: unknown };
}
