const outcomes = ['written', 'superseded', 'skipped', 'filtered', 'rejected'] as const;
const codes = { written: 0, superseded: 1, skipped: 2, filtered: 3, rejected: 4 } as const;

/** The final outcome of a record (P1). */
export type RecordOutcome = (typeof outcomes)[number];

const pending = 255;
const initialCapacity = 1 << 14;

/** A record that the frontier has passed, and the position in its source where the next record starts. */
interface PassedRecord<T> {
  sequence: number;
  outcome: RecordOutcome;
  /** Set if it was kept (`settle` with `keep`). */
  record: T | undefined;
  endOffset: number;
  endLine: number;
}

/**
 * The position up to which every record is settled. Records enter at one end in file order, are settled in any order, and
 * leave at the other end in file order. Pure: uses no file and no clock.
 */
export class Frontier<T> {
  /** Sequence of the first record that the frontier has not passed. */
  sequence = 0;
  /** Sequence of the next record to be added. */
  end = 0;
  /** Acknowledged writes beyond the frontier. */
  writtenAhead = 0;
  #mask = initialCapacity - 1;
  #outcomes = new Uint8Array(initialCapacity).fill(pending);
  #records: (T | undefined)[] = new Array<T | undefined>(initialCapacity).fill(undefined);
  #endOffsets = new Float64Array(initialCapacity);
  #endLines = new Float64Array(initialCapacity);
  readonly #passed: PassedRecord<T> = { sequence: 0, outcome: 'written', record: undefined, endOffset: 0, endLine: 0 };

  /** Records that were added and not passed. */
  get distance(): number {
    return this.end - this.sequence;
  }

  add(record: T, endOffset: number, endLine: number): number {
    if (this.distance > this.#mask) this.#grow();
    const sequence = this.end++;
    const at = sequence & this.#mask;
    this.#outcomes[at] = pending;
    this.#records[at] = record;
    this.#endOffsets[at] = endOffset;
    this.#endLines[at] = endLine;
    return sequence;
  }

  /** The record with this sequence if it is open, or settled with `keep`. */
  recordAt(sequence: number): T | undefined {
    return sequence >= this.sequence && sequence < this.end ? this.#records[sequence & this.#mask] : undefined;
  }

  settle(sequence: number, outcome: RecordOutcome, keep = false): void {
    if (sequence < this.sequence || sequence >= this.end) throw new Error(`record ${sequence} is not open`);
    const at = sequence & this.#mask;
    if (this.#outcomes[at] !== pending) throw new Error(`record ${sequence} is already settled`);
    this.#outcomes[at] = codes[outcome];
    if (!keep) this.#records[at] = undefined;
    if (outcome === 'written') this.writtenAhead++;
  }

  /** Passes the next record if it is settled. The result is reused: it is valid until the next call. */
  pass(): Readonly<PassedRecord<T>> | undefined {
    if (this.sequence === this.end) return undefined;
    const at = this.sequence & this.#mask;
    const outcome = outcomes[this.#outcomes[at] ?? pending];
    if (outcome === undefined) return undefined;
    const record = this.#records[at];
    this.#records[at] = undefined;
    if (outcome === 'written') this.writtenAhead--;
    const passed = this.#passed;
    passed.sequence = this.sequence++;
    passed.outcome = outcome;
    passed.record = record;
    passed.endOffset = this.#endOffsets[at] ?? 0;
    passed.endLine = this.#endLines[at] ?? 0;
    return passed;
  }

  #grow(): void {
    const capacity = (this.#mask + 1) * 2;
    const old = { mask: this.#mask, outcomes: this.#outcomes, records: this.#records };
    const oldOffsets = this.#endOffsets;
    const oldLines = this.#endLines;
    this.#mask = capacity - 1;
    this.#outcomes = new Uint8Array(capacity).fill(pending);
    this.#records = new Array<T | undefined>(capacity).fill(undefined);
    this.#endOffsets = new Float64Array(capacity);
    this.#endLines = new Float64Array(capacity);
    for (let sequence = this.sequence; sequence < this.end; sequence++) {
      const from = sequence & old.mask;
      const to = sequence & this.#mask;
      this.#outcomes[to] = old.outcomes[from] ?? pending;
      this.#records[to] = old.records[from];
      this.#endOffsets[to] = oldOffsets[from] ?? 0;
      this.#endLines[to] = oldLines[from] ?? 0;
    }
  }
}
