import type { ObjectVersion } from '../state/identity.ts';

/** A stored state. */
export interface StoredState {
  readonly body: string;
  readonly etag: string;
  /** Date minus Last-Modified of the response, in ms; 0 if it was just written. */
  readonly ageMs: number;
}

/** Condition of a PUT: the object does not exist, or still has this ETag. */
export type PutCondition = { readonly ifNoneMatch: true } | { readonly ifMatch: string };

/** The pipeline's bucket. Every method throws if S3 does not respond after retries. */
export interface PipelineBucket {
  get(key: string): Promise<StoredState | undefined>;
  /** @returns undefined if the condition does not hold (412, or 404 for a deleted object). */
  put(key: string, body: string, condition: PutCondition): Promise<{ readonly etag: string } | undefined>;
  remove(key: string): Promise<void>;
  /** Lists the keys that start with a prefix. */
  list(prefix: string): Promise<readonly string[]>;
  /** Returns the latest version of an object; undefined if it does not exist. */
  findLatest(key: string): Promise<ObjectVersion | undefined>;
}

/** The time in S3, and the time that passes on this machine. */
export interface PipelineClock {
  /** Milliseconds since 1970, by the last response of S3. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start. Includes time that the machine sleeps. */
  elapsedMs(): number;
  /** Calls back once after `ms`. @returns a function that cancels the call. */
  after(ms: number, call: () => void): () => void;
}
