/** What can become of a record (P1). */
export type Outcome = 'written' | 'superseded' | 'skipped' | 'filtered' | 'rejected';

const outcomes = ['written', 'superseded', 'skipped', 'filtered', 'rejected'] as const satisfies readonly Outcome[];
const codes: Readonly<Record<Outcome, number>> = { written: 0, superseded: 1, skipped: 2, filtered: 3, rejected: 4 };
const pending = 255;
const initialCapacity = 1 << 14;

/** A record that the frontier has passed, with the place in its source where the next one starts. */
export interface Passed<T> {
  sequence: number;
  outcome: Outcome;
  /** The record, where it was kept (`settle` with `keep`). */
  record: T | undefined;
  endOffset: number;
  endLine: number;
}

/**
 * The place up to which every record is settled. Records enter at one end in file order, are settled in
 * any order, and are passed at the other end in file order again. Pure: it holds no file and no clock.
 */
export class Frontier<T> {
  /** Sequence of the first record that is not passed. */
  sequence = 0;
  /** Sequence that the next record gets. */
  end = 0;
  /** Records beyond the frontier that are acknowledged as written. */
  writtenAhead = 0;
  #mask = initialCapacity - 1;
  #outcomes = new Uint8Array(initialCapacity).fill(pending);
  #records: (T | undefined)[] = new Array<T | undefined>(initialCapacity).fill(undefined);
  #endOffsets = new Float64Array(initialCapacity);
  #endLines = new Float64Array(initialCapacity);
  readonly #passed: Passed<T> = { sequence: 0, outcome: 'written', record: undefined, endOffset: 0, endLine: 0 };

  /** Records that are added and not passed. */
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

  /** The record with this sequence, while it is not settled or is kept. */
  at(sequence: number): T | undefined {
    return sequence >= this.sequence && sequence < this.end ? this.#records[sequence & this.#mask] : undefined;
  }

  settle(sequence: number, outcome: Outcome, keep = false): void {
    if (sequence < this.sequence || sequence >= this.end) throw new Error(`record ${sequence} is not open`);
    const at = sequence & this.#mask;
    if (this.#outcomes[at] !== pending) throw new Error(`record ${sequence} is settled already`);
    this.#outcomes[at] = codes[outcome];
    if (!keep) this.#records[at] = undefined;
    if (outcome === 'written') this.writtenAhead++;
  }

  /** Passes the next record if it is settled. What it answers is used anew: valid until the next call. */
  pass(): Readonly<Passed<T>> | undefined {
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
