import type { ObjectVersion } from '../state/identity.ts';

/** An object of state as it lies there. */
export interface Stored {
  readonly body: string;
  readonly etag: string;
  /** Date less Last-Modified of the answer that brought it, in ms; 0 where it was just written. */
  readonly ageMs: number;
}

/** What a PUT asks for: that there is none, or that it still is this one. */
export type Condition = { readonly ifNoneMatch: true } | { readonly ifMatch: string };

/** The pipeline's bucket. All of it throws where S3 gives no answer, after tries of its own. */
export interface Bucket {
  get(key: string): Promise<Stored | undefined>;
  /** @returns undefined where the condition does not hold (412, or 404 for an object that is gone). */
  put(key: string, body: string, condition: Condition): Promise<{ readonly etag: string } | undefined>;
  remove(key: string): Promise<void>;
  /** Keys below a prefix. */
  list(prefix: string): Promise<readonly string[]>;
  /** The newest version of an object; undefined where there is none. */
  head(key: string): Promise<ObjectVersion | undefined>;
}

/** Time as S3 has it, and as this machine counts it. */
export interface Clock {
  /** Milliseconds since 1970, by the last answer of S3. */
  nowMs(): number;
  /** Milliseconds from some moment on; stands still for nobody who waits. */
  elapsedMs(): number;
  /** Calls back once after so many ms. @returns what takes it back. */
  after(ms: number, call: () => void): () => void;
}
