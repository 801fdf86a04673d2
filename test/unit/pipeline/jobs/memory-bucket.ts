import type { ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import type { PutCondition } from '../../../../src/pipeline/bucket/bucket.ts';
import type { S3Bucket } from '../../../../src/pipeline/bucket/s3-bucket.ts';

/** Runs before each PUT. Its errors are thrown; `lost` loses the first response. */
export type OnPut = (key: string, body: string) => 'lost' | undefined | Promise<'lost' | undefined>;

/** A bucket in memory with conditions, ages and faults on PUT. */
export class MemoryBucket implements S3Bucket {
  readonly stored = new Map<string, { readonly body: string; readonly etag: string; readonly putMs: number }>();
  /** Imported objects, by key. */
  readonly objects = new Map<string, ObjectVersion>();
  onPut: OnPut = () => undefined;
  readonly #nowMs: () => number;
  #puts = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(key: string) {
    const found = this.stored.get(key);
    return Promise.resolve(found && { body: found.body, etag: found.etag, ageMs: this.#nowMs() - found.putMs });
  }

  async put(key: string, body: string, condition: PutCondition) {
    const fault = await this.onPut(key, body);
    const put = this.#put(key, body, condition);
    // The SDK retries without a response. The first PUT makes the condition of the retry fail.
    return fault === 'lost' ? this.#put(key, body, condition) : put;
  }

  write(key: string, body: Uint8Array) {
    this.#store(key, Buffer.from(body).toString());
    return Promise.resolve();
  }

  remove(key: string) {
    this.stored.delete(key);
    return Promise.resolve();
  }

  list(prefix: string) {
    return Promise.resolve([...this.stored.keys()].filter((key) => key.startsWith(prefix)).sort());
  }

  findLatest(key: string) {
    return Promise.resolve(this.objects.get(key));
  }

  /** Returns a stored state. */
  state(key: string): unknown {
    const found = this.stored.get(key);
    return found && (JSON.parse(found.body) as { readonly state: unknown }).state;
  }

  #put(key: string, body: string, condition: PutCondition): { readonly etag: string } | undefined {
    const before = this.stored.get(key);
    const holds = 'ifMatch' in condition ? before?.etag === condition.ifMatch : before === undefined;
    return holds ? this.#store(key, body) : undefined;
  }

  #store(key: string, body: string): { readonly etag: string } {
    const etag = `"${++this.#puts}"`;
    this.stored.set(key, { body, etag, putMs: this.#nowMs() });
    return { etag };
  }
}
