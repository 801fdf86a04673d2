/** Sequences of records in increasing order, which the frontier has not passed. */
export class Sequences {
  #sequences: number[] = [];
  /** Index of the first one that was not taken. */
  #first = 0;

  add(sequence: number): void {
    this.#sequences.push(sequence);
  }

  /** Removes all sequences before `end`. @returns their number */
  takeBefore(end: number): number {
    const from = this.#first;
    while ((this.#sequences[this.#first] ?? Infinity) < end) this.#first++;
    const taken = this.#first - from;
    // Called for every response. Most loads have none.
    if (taken === 0) return 0;
    if (2 * this.#first >= this.#sequences.length) {
      this.#sequences.splice(0, this.#first);
      this.#first = 0;
    }
    return taken;
  }
}
