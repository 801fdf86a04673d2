import { Buffer } from 'node:buffer';
import { byteOrderMark, cr, lf } from './bytes.ts';
import { startsAt, mayStartAt, type DialectBytes } from './dialect-bytes.ts';
import type { InputBuffer } from './input-buffer.ts';
import { isLoneCr } from './line-endings.ts';
import { mayBeWhiteSpace, measureWhiteSpace } from './white-space.ts';

/**
 * Skips the byte-order mark and the first lines of a source, then blank lines and comments before each record. Counts their
 * bytes and lines.
 */
export class BlankSkipper {
  skippedBytes = 0;
  /** The byte-order mark that was skipped; empty if there was none. */
  mark: Buffer = Buffer.alloc(0);
  /** Bytes of white space known to start the line at `input.at`. They are trimmed. */
  spaceBytes = 0;
  readonly #input: InputBuffer;
  readonly #dialect: DialectBytes;
  readonly #maxSpaceBytes: number;
  /** Lines to skip before the next record. */
  #linesToSkip: number;
  /** Whether `input.at` is inside a comment or a line to skip. */
  #isInComment = false;

  /**
   * @param maxSpaceBytes Longest white space to skip. It may still become a record, so it takes memory like one.
   * @param skipLines Lines to skip first, whatever they contain.
   */
  constructor(input: InputBuffer, dialect: DialectBytes, maxSpaceBytes: number, skipLines: number) {
    this.#input = input;
    this.#dialect = dialect;
    this.#maxSpaceBytes = maxSpaceBytes;
    this.#linesToSkip = skipLines;
  }

  /** Whether the line starts with more white space than a record may have bytes. */
  get isTooLong(): boolean {
    return this.spaceBytes > this.#maxSpaceBytes;
  }

  /**
   * @returns Whether a record starts at `input.at`. If not, more bytes are needed, the input has ended, or
   * `isTooLong`.
   */
  skip(): boolean {
    if (this.#input.offset === 0 && !this.#skipMark()) return false;
    for (;;) {
      if (this.#isInComment || this.#linesToSkip > 0) {
        if (!this.#skipLine()) return false;
        if (this.#linesToSkip > 0) this.#linesToSkip--;
      } else {
        const kind = this.#inspectLine();
        if (kind === 'record') return true;
        if (kind === 'incomplete') return false;
      }
    }
  }

  /** @returns False if more bytes are needed to decide. */
  #skipMark(): boolean {
    const { bytes, at, length, hasEnded } = this.#input;
    if (mayStartAt(byteOrderMark, bytes, at, length)) return hasEnded;
    if (startsAt(byteOrderMark, bytes, at, length)) {
      this.mark = byteOrderMark;
      this.#skipTo(at + byteOrderMark.length, 0);
    }
    return true;
  }

  /** Finds out what the line at `input.at` is, and skips it if it is blank. */
  #inspectLine(): 'record' | 'blank' | 'comment' | 'incomplete' {
    const { delimiter, quote, comment, trim } = this.#dialect;
    const { bytes, length, hasEnded } = this.#input;
    // csv-parse checks in this order.
    while (!this.isTooLong) {
      const at = this.#input.at + this.spaceBytes;
      if (at === length) {
        // White space up to the end of the input is a blank line too.
        if (hasEnded) this.#skipTo(at, 0);
        return 'incomplete';
      }
      if (quote !== undefined && startsAt(quote, bytes, at, length)) return 'record';
      if (this.#isLineEnding(at)) return this.#skipLineEnding(at) ? 'blank' : 'incomplete';
      if (comment !== undefined) {
        if (startsAt(comment, bytes, at, length)) {
          this.#isInComment = true;
          this.#skipTo(at, 0);
          return 'comment';
        }
        if (!hasEnded && mayStartAt(comment, bytes, at, length)) return 'incomplete';
      }
      if (!trim || startsAt(delimiter, bytes, at, length)) return 'record';
      const space = measureWhiteSpace(bytes, at, length);
      if (space === 0) return !hasEnded && mayBeWhiteSpace(bytes, at, length) ? 'incomplete' : 'record';
      this.spaceBytes += space;
    }
    return 'incomplete';
  }

  /** Skips the line, a comment for example, as far as it has arrived. @returns False if it continues. */
  #skipLine(): boolean {
    const { bytes, length } = this.#input;
    let { at } = this.#input;
    while (at < length && !this.#isLineEnding(at)) {
      if (bytes[at] === cr) this.#input.line++;
      at++;
    }
    this.#isInComment = at === length || !this.#skipLineEnding(at);
    if (this.#isInComment) this.#skipTo(at, 0);
    return !this.#isInComment;
  }

  /** Whether a line ending starts at `at`. */
  #isLineEnding(at: number): boolean {
    const { bytes, length, hasEnded } = this.#input;
    const byte = bytes[at];
    return byte === lf || (byte === cr && !(this.#dialect.loneCrIsText && isLoneCr(bytes, at, length, hasEnded)));
  }

  /** Skips up to and including the line ending at `at`. @returns False if it is a CR that may be half of a CRLF. */
  #skipLineEnding(at: number): boolean {
    const { bytes, length, hasEnded } = this.#input;
    const isCr = bytes[at] === cr;
    if (isCr && at + 1 === length && !hasEnded) return false;
    this.#skipTo(isCr && at + 1 < length && bytes[at + 1] === lf ? at + 2 : at + 1, 1);
    return true;
  }

  #skipTo(to: number, lines: number): void {
    this.skippedBytes += to - this.#input.at;
    this.#input.at = to;
    this.#input.line += lines;
    this.spaceBytes = 0;
  }
}
