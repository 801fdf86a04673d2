import { Buffer } from 'node:buffer';
import { byteOrderMark, cr, lf } from './bytes.ts';
import { isAt, mayBeAt, type Marks } from './marks.ts';
import type { Unread } from './unread.ts';
import { whiteSpaceAt } from './white-space.ts';

/** Passes what is no record: a byte-order mark, blank lines and comments. Counts their bytes and lines. */
export class Blanks {
  bytes = 0;
  /** The byte-order mark that was passed; empty if there was none. */
  mark: Buffer = Buffer.alloc(0);
  /** White space, to be trimmed, that the line at `unread.at` is known to begin with. */
  spaceBytes = 0;
  readonly #unread: Unread;
  readonly #marks: Marks;
  readonly #maxSpaceBytes: number;
  /** `unread.at` is in a comment. */
  #isInComment = false;

  /** @param maxSpaceBytes white space beyond this is not passed: it may still become a record, and takes memory like one */
  constructor(unread: Unread, marks: Marks, maxSpaceBytes: number) {
    this.#unread = unread;
    this.#marks = marks;
    this.#maxSpaceBytes = maxSpaceBytes;
  }

  /** Whether the line begins with more white space than a record may have bytes. */
  get isTooLong(): boolean {
    return this.spaceBytes > this.#maxSpaceBytes;
  }

  /** @returns whether a record starts at `unread.at`; if not, more bytes are needed, there are none, or `isTooLong`. */
  pass(): boolean {
    if (this.#unread.offset === 0 && !this.#passMark()) return false;
    for (;;) {
      if (this.#isInComment) {
        if (!this.#passComment()) return false;
      } else {
        const found = this.#lookAtLine();
        if (found === 'record') return true;
        if (found === 'cut') return false;
      }
    }
  }

  /** @returns false if more bytes are needed to tell. */
  #passMark(): boolean {
    const { bytes, at, length, hasEnded } = this.#unread;
    if (mayBeAt(byteOrderMark, bytes, at, length)) return hasEnded;
    if (isAt(byteOrderMark, bytes, at, length)) {
      this.mark = byteOrderMark;
      this.#passTo(at + byteOrderMark.length, 0);
    }
    return true;
  }

  /** Looks at the line at `unread.at`: a record, a blank line, which is passed, or a comment; `cut` if that is not seen. */
  #lookAtLine(): 'record' | 'blank' | 'comment' | 'cut' {
    const { delimiter, quote, comment, trim } = this.#marks;
    const { bytes, length, hasEnded } = this.#unread;
    // In the order in which csv-parse looks for them.
    while (!this.isTooLong) {
      const at = this.#unread.at + this.spaceBytes;
      if (at === length) {
        // White space up to the end of the input is a blank line, too.
        if (hasEnded) this.#passTo(at, 0);
        return 'cut';
      }
      const byte = bytes[at];
      if (quote !== undefined && isAt(quote, bytes, at, length)) return 'record';
      if (byte === lf || byte === cr) return this.#passLineEnd(at) ? 'blank' : 'cut';
      if (comment !== undefined) {
        if (isAt(comment, bytes, at, length)) {
          this.#isInComment = true;
          this.#passTo(at, 0);
          return 'comment';
        }
        if (!hasEnded && mayBeAt(comment, bytes, at, length)) return 'cut';
      }
      if (!trim || isAt(delimiter, bytes, at, length)) return 'record';
      const space = whiteSpaceAt(bytes, at, length);
      if (space === 0) return 'record';
      this.spaceBytes += space;
    }
    return 'cut';
  }

  /** @returns false if the comment continues behind the bytes there are: those are passed. */
  #passComment(): boolean {
    const { bytes, length } = this.#unread;
    let { at } = this.#unread;
    while (at < length && bytes[at] !== lf && bytes[at] !== cr) at++;
    this.#isInComment = at === length || !this.#passLineEnd(at);
    if (this.#isInComment) this.#passTo(at, 0);
    return !this.#isInComment;
  }

  /** Passes all up to the line end at `at`, and that. @returns false if it is a CR that may be half of a CRLF. */
  #passLineEnd(at: number): boolean {
    const { bytes, length, hasEnded } = this.#unread;
    const isCr = bytes[at] === cr;
    if (isCr && at + 1 === length && !hasEnded) return false;
    this.#passTo(isCr && at + 1 < length && bytes[at + 1] === lf ? at + 2 : at + 1, 1);
    return true;
  }

  #passTo(to: number, lines: number): void {
    this.bytes += to - this.#unread.at;
    this.#unread.at = to;
    this.#unread.line += lines;
    this.spaceBytes = 0;
  }
}
