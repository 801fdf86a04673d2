import type { Buffer } from 'node:buffer';
import type { Position } from './record.ts';

/**
 * Finds records by their offset, and does not read their fields. Call `push` with a chunk, then `find` until it returns
 * undefined. After the last chunk, call `end`, then `find` again until it returns undefined.
 */
export interface RecordFinder {
  /** Adds the next bytes. The chunk must not change until `find` has returned undefined. */
  push(chunk: Buffer): void;
  end(): void;
  /**
   * Finds the next record that starts at or after `minOffset`. It counts only if its end was found too. Returns
   * undefined if more bytes are needed, or the input has no such record.
   * @throws LoaderError UNCLOSED_QUOTE or RECORD_TOO_LONG, as a reader does.
   */
  find(minOffset: number): Position | undefined;
}
