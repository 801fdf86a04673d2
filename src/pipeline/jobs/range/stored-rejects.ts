import type { Entry } from '../../../load/order/entry.ts';
import { copyReject, type Rejects } from '../../../load/settle/rejects.ts';

/** Maximum buffered bytes. The load waits until they are put. */
const maxBufferedBytes = 8 * 1024 * 1024;

/** Buffers the rejected records of a range until the next checkpoint. */
export class StoredRejects implements Rejects {
  readonly paths: string[];
  readonly #source: string;
  #records: Buffer[] = [];
  #reasons: Buffer[] = [];
  #bytes = 0;

  /**
   * @param source The name of the source in the reasons.
   * @param paths Keys of the objects that were put before.
   */
  constructor(source: string, paths: readonly string[]) {
    this.#source = source;
    this.paths = [...paths];
  }

  get isWaiting(): boolean {
    return this.#bytes > 0;
  }

  get isFull(): boolean {
    return this.#bytes >= maxBufferedBytes;
  }

  add(entry: Entry, header: Buffer): void {
    if (this.#records.length === 0) this.#records.push(Buffer.from(header));
    const { raw, reason } = copyReject(entry, this.#source);
    this.#records.push(raw);
    this.#reasons.push(reason);
    this.#bytes += raw.length + reason.length;
  }

  /**
   * Returns and clears the buffer; undefined if it is empty. `records` is a CSV with the source's header that can be fixed and
   * uploaded again. `reasons` has one JSON object per line.
   */
  take() {
    if (this.#reasons.length === 0) return undefined;
    const piece = {
      records: Buffer.concat(this.#records),
      reasons: Buffer.concat(this.#reasons),
      count: this.#reasons.length,
    };
    this.#records = [];
    this.#reasons = [];
    this.#bytes = 0;
    return piece;
  }
}
