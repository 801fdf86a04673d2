import { Buffer } from 'node:buffer';
import type { Dialect, Position } from '../../../../src/load/read/record.ts';
import type { Reading, ReadRecord } from '../../../unit/load/read/reading.ts';

/** White space and line endings, with UTF-8 bytes as Latin-1 text. */
const spaces = Array.from(
  '\t\v\f \u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}' +
    '\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}',
  latin1,
);
const lineEnds = ['\r\n', '\n', '\r'];

/**
 * Reads complete input as simply as possible: character by character, without regard to speed or memory. Latin-1 text
 * represents the bytes.
 */
export function modelReading(bytes: Buffer, dialect: Dialect, start: Position): Reading {
  const text = bytes.toString('latin1');
  const mark = latin1('\u{feff}');
  const hasMark = start.offset === 0 && text.startsWith(mark);
  const model = new Model(text, dialect);
  let at = hasMark ? mark.length : 0;
  let { line, record: number } = start;
  let blankBytes = at;
  const records: ReadRecord[] = [];
  let error: Reading['error'];
  for (;;) {
    const from = at;
    at = model.skipBlanks(from);
    blankBytes += at - from;
    line += lines(text.slice(from, at));
    if (at === text.length) break;
    const found = model.record(at);
    if (found.openQuote !== undefined || found.end - at > dialect.maxRecordBytes) {
      const isTooLong = text.length - at > dialect.maxRecordBytes;
      // The quote that is open at the first byte over the limit is the cause.
      const seen = new Model(text.slice(0, at + dialect.maxRecordBytes + 1), dialect).record(at);
      const place = { source: 'people.csv', line: line + lines(text.slice(at, seen.openQuote ?? at)), record: number };
      error = { code: isTooLong ? 'RECORD_TOO_LONG' : 'UNCLOSED_QUOTE', place };
      break;
    }
    const raw = text.slice(at, found.end);
    const offset = start.offset + at;
    const after = { offset: offset + raw.length, line: line + lines(raw), record: number + 1 };
    const fault = found.isFaulty ? 'TEXT_AFTER_QUOTE' : undefined;
    records.push({ fields: found.isFaulty ? undefined : found.fields, number, line, offset, raw, fault, after });
    at = found.end;
    ({ line, record: number } = after);
  }
  return {
    records,
    error,
    end: { offset: start.offset + at, line, record: number },
    blankBytes,
    byteOrderMark: hasMark ? mark : '',
  };
}

interface FoundRecord {
  readonly fields: string[];
  readonly isFaulty: boolean;
  readonly openQuote: number | undefined;
  readonly end: number;
}

interface FoundField {
  readonly value: string;
  readonly isFaulty: boolean;
  /** Position of the quote that is not closed. */
  readonly openQuote: number | undefined;
  /** Position after the closing quote; `end` if the field is not quoted. */
  readonly closedAt: number;
  readonly end: number;
}

class Model {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #quote: string | undefined;
  readonly #escape: string | undefined;
  readonly #comment: string | undefined;
  readonly #trim: boolean;
  readonly #maxRecordBytes: number;

  constructor(text: string, { delimiter, quote, escape, comment, trim, maxRecordBytes }: Dialect) {
    this.#text = text;
    this.#delimiter = latin1(delimiter);
    this.#quote = quote === undefined ? undefined : latin1(quote);
    this.#escape = escape === undefined ? this.#quote : latin1(escape);
    this.#comment = comment === undefined ? undefined : latin1(comment);
    this.#trim = trim;
    this.#maxRecordBytes = maxRecordBytes;
  }

  /** Returns the start of the next record, after blank lines and comments, or the end of the text. */
  skipBlanks(from: number): number {
    let lineAt = from;
    for (;;) {
      let at = lineAt;
      while (!this.#isAt(this.#quote, at) && !this.#isAt(this.#comment, at) && !this.#isAt(this.#delimiter, at)) {
        const space = this.#spaceAt(at);
        if (space === 0) break;
        at += space;
      }
      if (at - lineAt > this.#maxRecordBytes) return lineAt;
      const isComment = this.#isAt(this.#comment, at) && !this.#isAt(this.#quote, at);
      if (isComment) while (at < this.#text.length && this.#lineEndAt(at) === 0) at++;
      else if (at < this.#text.length && this.#lineEndAt(at) === 0) return lineAt;
      lineAt = at + this.#lineEndAt(at);
      if (lineAt === this.#text.length) return lineAt;
    }
  }

  record(start: number): FoundRecord {
    const fields: string[] = [];
    let isFaulty = false;
    let at = start;
    for (;;) {
      const { value, isFaulty: isFieldFaulty, openQuote, closedAt, end } = this.#field(at);
      fields.push(value);
      isFaulty ||= isFieldFaulty;
      at = end;
      // csv-parse treats the text after an empty quoted field at the start of a record as a comment, without quotes.
      const isComment = fields.length === 1 && closedAt < end && value === '' && this.#isAt(this.#comment, closedAt);
      if (isComment) while (at < this.#text.length && this.#lineEndAt(at) === 0) at++;
      if (!this.#isAt(this.#delimiter, at)) return { fields, isFaulty, openQuote, end: at + this.#lineEndAt(at) };
      at += this.#delimiter.length;
    }
  }

  #field(start: number): FoundField {
    let at = start;
    while (!this.#isAt(this.#quote, at) && !this.#isAt(this.#delimiter, at) && this.#spaceAt(at) > 0) {
      at += this.#spaceAt(at);
    }
    if (this.#quote === undefined || !this.#isAt(this.#quote, at)) {
      const end = this.#endOfText(at);
      return { value: this.#trimmed(at, end), isFaulty: false, openQuote: undefined, closedAt: end, end };
    }
    const openQuote = at;
    at += this.#quote.length;
    let value = '';
    while (at < this.#text.length) {
      if (this.#isEscape(at)) at += this.#escape?.length ?? 0;
      else if (this.#isAt(this.#quote, at)) {
        const closedAt = at + this.#quote.length;
        const end = this.#endOfText(closedAt);
        return { value, isFaulty: this.#trimmed(closedAt, end) !== '', openQuote: undefined, closedAt, end };
      }
      value += this.#text[at] ?? '';
      at++;
    }
    return { value, isFaulty: false, openQuote, closedAt: at, end: at };
  }

  #isEscape(at: number): boolean {
    if (!this.#isAt(this.#escape, at)) return false;
    return this.#escape !== this.#quote || this.#isAt(this.#quote, at + (this.#escape?.length ?? 0));
  }

  /** Returns the position of the delimiter or line ending that ends a text. */
  #endOfText(from: number): number {
    let at = from;
    while (at < this.#text.length && !this.#isAt(this.#delimiter, at) && this.#lineEndAt(at) === 0) at++;
    return at;
  }

  /** Returns the text without trailing white space if the dialect trims it. */
  #trimmed(from: number, to: number): string {
    let text = this.#text.slice(from, to);
    for (;;) {
      const space = this.#trim ? spaces.find((one) => text.endsWith(one)) : undefined;
      if (space === undefined) return text;
      text = text.slice(0, -space.length);
    }
  }

  #isAt(mark: string | undefined, at: number): boolean {
    return mark !== undefined && this.#text.startsWith(mark, at);
  }

  #spaceAt(at: number): number {
    return this.#trim ? (spaces.find((space) => this.#isAt(space, at))?.length ?? 0) : 0;
  }

  #lineEndAt(at: number): number {
    return lineEnds.find((lineEnd) => this.#isAt(lineEnd, at))?.length ?? 0;
  }
}

function lines(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
