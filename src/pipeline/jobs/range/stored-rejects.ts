import type { Entry } from '../../../load/order/entry.ts';
import type { Rejects } from '../../../load/settle/rejects.ts';

/** Bytes gathered at most: nothing more comes before they are put. */
const mostGatheredBytes = 8 * 1024 * 1024;

/** What is rejected of an object, gathered until the next checkpoint. */
export class StoredRejects implements Rejects {
  readonly paths: string[];
  readonly #source: string;
  #records: Buffer[] = [];
  #reasons: Buffer[] = [];
  #bytes = 0;

  /** @param source as reasons name it. @param paths of what was put before. */
  constructor(source: string, paths: readonly string[]) {
    this.#source = source;
    this.paths = [...paths];
  }

  get isWaiting(): boolean {
    return this.#bytes > 0;
  }

  get isFull(): boolean {
    return this.#bytes >= mostGatheredBytes;
  }

  add(entry: Entry, header: Buffer): void {
    if (this.#records.length === 0) this.#records.push(Buffer.from(header));
    const record = Buffer.from(entry.slab.bytes.subarray(entry.rawStart, entry.rawEnd));
    const { number, line, offset, rejection } = entry;
    const reason = {
      file: this.#source,
      record: number,
      line,
      offset,
      code: rejection?.code,
      reason: rejection?.reason,
    };
    const told = Buffer.from(JSON.stringify(reason) + '\n');
    this.#records.push(record);
    this.#reasons.push(told);
    this.#bytes += record.length + told.length;
  }

  /**
   * What was gathered: a CSV as the source is one, header and all, to be mended and put again; its reasons, a JSON object a
   * line; how many they are. Undefined where that is nothing.
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
