import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { SourceIdentity } from './source.ts';

/** The hash of the first `hashedBytes` bytes of a stream. */
type Prefix = Omit<Extract<SourceIdentity, { kind: 'stdin' }>, 'kind'>;

/** Maximum prefixes to keep. Far more than the window has chunks of a pipe, unless the chunks are tiny. */
const maxPrefixes = 4096;

const emptyPrefix: Prefix = { hashedBytes: 0, sha256: createHash('sha256').digest('hex') };

/**
 * Hashes a stream and keeps the hashes of the prefixes that a checkpoint may need: one at the end of each chunk,
 * starting with the first that covers everything before the frontier.
 */
export class PrefixHasher {
  readonly #hash = createHash('sha256');
  #prefixes: Prefix[] = [emptyPrefix];
  #bytes = 0;

  /** Number of bytes hashed so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of prefixes that are kept. */
  get prefixCount(): number {
    return this.#prefixes.length;
  }

  /** Hashes a chunk, and keeps and returns the prefix that ends with it. */
  add(chunk: Buffer): Prefix {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    const prefix = { hashedBytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
    // Dropping every other prefix bounds the memory. The rest cover slightly more than needed.
    if (this.#prefixes.length === maxPrefixes) this.#prefixes = this.#prefixes.filter((_, index) => index % 2 === 0);
    this.#prefixes.push(prefix);
    return prefix;
  }

  /**
   * Returns the shortest prefix that covers everything before `frontierOffset`, or the longest one if none does.
   * Drops the shorter prefixes.
   */
  findCovering(frontierOffset: number): Prefix {
    const first = this.#prefixes.findIndex(({ hashedBytes }) => hashedBytes >= frontierOffset);
    this.#prefixes.splice(0, first === -1 ? this.#prefixes.length - 1 : first);
    return this.#prefixes[0] ?? emptyPrefix;
  }
}
