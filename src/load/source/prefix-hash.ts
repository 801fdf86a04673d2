import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/** The SHA-256, hex, of the first `bytes` bytes of a stream. */
export interface Prefix {
  readonly bytes: number;
  readonly sha256: string;
}

/** Prefixes kept at most: far more than a window holds chunks of a pipe, except where they are tiny. */
const maxPrefixes = 4096;

const emptyPrefix: Prefix = { bytes: 0, sha256: createHash('sha256').digest('hex') };

/**
 * The hash of a stream as it passes by, and of those of its prefixes that a checkpoint may still ask for: one at the
 * end of each piece, from the first that covers all before the frontier on.
 */
export class RollingHash {
  readonly #hash = createHash('sha256');
  #prefixes: Prefix[] = [emptyPrefix];
  #bytes = 0;

  /** Bytes hashed so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Prefixes kept now. */
  get kept(): number {
    return this.#prefixes.length;
  }

  /** Adds a piece, and remembers the prefix that ends with it. */
  add(piece: Buffer): Prefix {
    this.#hash.update(piece);
    this.#bytes += piece.length;
    const prefix = { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
    // Where there are too many, every other one goes: what remains identifies a little less, in bounded memory.
    if (this.#prefixes.length === maxPrefixes) this.#prefixes = this.#prefixes.filter((_, index) => index % 2 === 0);
    this.#prefixes.push(prefix);
    return prefix;
  }

  /**
   * The shortest prefix known that covers all before `frontierOffset`; where that is not hashed yet, the longest
   * there is. Shorter ones are forgotten.
   */
  covering(frontierOffset: number): Prefix {
    const first = this.#prefixes.findIndex(({ bytes }) => bytes >= frontierOffset);
    this.#prefixes.splice(0, first === -1 ? this.#prefixes.length - 1 : first);
    return this.#prefixes[0] ?? emptyPrefix;
  }
}
