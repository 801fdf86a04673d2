import { Buffer } from 'node:buffer';
import type { Dialect, Position, RecordFault } from '../../../../src/load/read/record.ts';
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
    if ((found.openQuote !== undefined && dialect.multiline) || found.end - at > dialect.maxRecordBytes) {
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
    const { fault } = found;
    records.push({ fields: fault !== undefined ? undefined : found.fields, number, line, offset, raw, fault, after });
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
  readonly fields: (string | null)[];
  readonly fault: RecordFault | undefined;
  readonly openQuote: number | undefined;
  readonly end: number;
}

interface FoundField {
  /** Null if the field is NULL; undefined if it cannot be unescaped. */
  readonly value: string | null | undefined;
  /** The raw text is longer than the field: text follows its closing quote. */
  readonly isFaulty: boolean;
  /** Whether the line ends inside the quotes, although fields contain no line endings. */
  readonly isCut?: boolean;
  /** Position of the quote that is not closed at the end of the text. */
  readonly openQuote: number | undefined;
  /** Where the text of an unquoted field is, without the white space that is trimmed. */
  readonly text: { readonly start: number; readonly end: number } | undefined;
  /** Position after the closing quote; `end` if the field is not quoted. */
  readonly closedAt: number;
  readonly end: number;
}

class Model {
  readonly #text: string;
  readonly #dialect: Dialect;
  readonly #delimiter: string;
  readonly #quote: string | undefined;
  readonly #escape: string | undefined;
  readonly #comment: string | undefined;
  readonly #trim: boolean;
  readonly #maxRecordBytes: number;

  constructor(text: string, dialect: Dialect) {
    const { delimiter, quote, escape, comment, trim, maxRecordBytes } = dialect;
    this.#text = text;
    this.#dialect = dialect;
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
    const found: FoundField[] = [];
    let at = start;
    for (;;) {
      const field = this.#field(at);
      const { value, openQuote, closedAt, end } = field;
      found.push(field);
      at = end;
      // csv-parse treats the text after an empty quoted field at the start of a record as a comment, without quotes.
      const isComment = found.length === 1 && closedAt < end && value === '' && this.#isAt(this.#comment, closedAt);
      if (isComment) while (at < this.#text.length && this.#lineEndAt(at) === 0) at++;
      if (!this.#isAt(this.#delimiter, at)) {
        const fields = found.map((one) => one.value ?? null);
        return { fields, fault: this.#faultOf(found, at), openQuote, end: at + this.#lineEndAt(at) };
      }
      at += this.#delimiter.length;
    }
  }

  #faultOf(fields: readonly FoundField[], end: number): RecordFault | undefined {
    if (fields.some(({ isFaulty }) => isFaulty)) return 'TEXT_AFTER_QUOTE';
    if (fields.some(({ isCut, openQuote }) => isCut === true || openQuote !== undefined)) return 'UNCLOSED_QUOTE';
    if (this.#dialect.strayQuotes === 'reject' && this.#hasStrayQuote(fields, end)) return 'STRAY_QUOTE';
    return fields.some(({ value }) => value === undefined) ? 'INVALID_ESCAPE' : undefined;
  }

  #hasStrayQuote(fields: readonly FoundField[], end: number): boolean {
    const quote = this.#quote ?? '';
    let closedAt = 0;
    for (const { text } of quote === '' ? [] : fields) {
      for (let at = text?.start ?? 0; at + quote.length < (text?.end ?? 0); at++) {
        if (at < closedAt) continue;
        if (this.#backslashed(at) > 0) at++;
        else if (!this.#isAt(quote, at)) continue;
        else {
          const inside = new Model(this.#text.slice(0, end), this.#dialect).#quoted(at);
          if (inside.closedAt === undefined) return false;
          closedAt = inside.closedAt;
          const after = this.#text.slice(closedAt + quote.length, end);
          const isLast = this.#leftTrimmed(after) === '' || this.#leftTrimmed(after).startsWith(this.#delimiter);
          const content = this.#text.slice(at + quote.length, closedAt);
          const plain = this.#dialect.unescape === undefined ? content : content.replace(/\\[^]/g, '\u0001\u0001');
          if (isLast && plain.includes(this.#delimiter)) return true;
        }
      }
    }
    return false;
  }

  #field(start: number): FoundField {
    let at = start;
    while (!this.#isAt(this.#quote, at) && !this.#isAt(this.#delimiter, at) && this.#spaceAt(at) > 0) {
      at += this.#spaceAt(at);
    }
    if (this.#quote === undefined || !this.#isAt(this.#quote, at)) {
      const end = this.#endOfText(at);
      const raw = this.#trimmed(at, end);
      const text = { start: at, end: at + raw.length };
      const value = raw === '\\N' && this.#dialect.unescape !== undefined ? null : this.#decoded(raw);
      return { value, text, isFaulty: false, openQuote: undefined, closedAt: end, end };
    }
    const { value, closedAt, cutAt } = this.#quoted(at);
    if (cutAt !== undefined) {
      return {
        value,
        text: undefined,
        isFaulty: false,
        isCut: true,
        openQuote: undefined,
        closedAt: cutAt,
        end: cutAt,
      };
    }
    if (closedAt === undefined) {
      const end = this.#text.length;
      return { value, text: undefined, isFaulty: false, openQuote: at, closedAt: end, end };
    }
    const rest = closedAt + this.#quote.length;
    const end = this.#endOfText(rest);
    const isFaulty = this.#trimmed(rest, end) !== '';
    return { value, text: undefined, isFaulty, openQuote: undefined, closedAt: rest, end };
  }

  /** Reads the content of the quotes that open at `openedAt`. `closedAt` is the position of the closing quote. */
  #quoted(openedAt: number): { value: string | undefined; closedAt?: number; cutAt?: number } {
    let at = openedAt + (this.#quote?.length ?? 0);
    let value = '';
    while (at < this.#text.length) {
      if (!this.#dialect.multiline && this.#lineEndAt(at) > 0) return { value, cutAt: at };
      const backslashed = this.#backslashed(at);
      value += this.#text.slice(at, at + backslashed);
      at += backslashed;
      if (backslashed > 0) continue;
      if (this.#isEscape(at)) at += this.#escape?.length ?? 0;
      else if (this.#isAt(this.#quote, at) && this.#closes(at)) return { value: this.#decoded(value), closedAt: at };
      value += this.#text[at] ?? '';
      at++;
    }
    return { value };
  }

  /** Whether the quote at `at` closes a field; it may be text only if the dialect says so. */
  #closes(at: number): boolean {
    if (this.#dialect.strayQuotes === 'reject') return true;
    const from = at + (this.#quote?.length ?? 0);
    const rest = this.#leftTrimmed(this.#text.slice(from));
    return rest === '' || rest.startsWith(this.#delimiter) || this.#lineEndAt(this.#text.length - rest.length) > 0;
  }

  /** Length of the backslash sequence at `at` that may hide a delimiter or a line ending; 0 if there is none. */
  #backslashed(at: number): number {
    if (this.#dialect.unescape === undefined || this.#text[at] !== '\\') return 0;
    return Math.min(this.#text.startsWith('\r\n', at + 1) ? 3 : 2, this.#text.length - at);
  }

  /** Returns text with its backslash sequences decoded, or undefined if one is invalid. */
  #decoded(raw: string): string | undefined {
    const { unescape } = this.#dialect;
    if (unescape === undefined) return raw;
    const found: (string | undefined)[] = [];
    const text = raw.replace(sequences[unescape], (_, sequence: string) => {
      const decoded = decodeSequence(sequence, unescape, this.#delimiter);
      found.push(decoded);
      return decoded ?? '';
    });
    return found.includes(undefined) ? undefined : text;
  }

  #isEscape(at: number): boolean {
    const next = at + (this.#escape?.length ?? 0);
    if (!this.#isAt(this.#escape, at)) return false;
    return this.#isAt(this.#quote, next) || (this.#escape !== this.#quote && this.#isAt(this.#escape, next));
  }

  /** Returns the position of the delimiter or line ending that ends a text. */
  #endOfText(from: number): number {
    let at = from;
    while (at < this.#text.length && !this.#isAt(this.#delimiter, at) && this.#lineEndAt(at) === 0) {
      at += Math.max(1, this.#backslashed(at));
    }
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

  #leftTrimmed(text: string): string {
    const space =
      this.#trim && !text.startsWith(this.#delimiter) ? spaces.find((one) => text.startsWith(one)) : undefined;
    return space === undefined ? text : this.#leftTrimmed(text.slice(space.length));
  }

  #isAt(mark: string | undefined, at: number): boolean {
    return mark !== undefined && this.#text.startsWith(mark, at);
  }

  #spaceAt(at: number): number {
    return this.#trim ? (spaces.find((space) => this.#isAt(space, at))?.length ?? 0) : 0;
  }

  #lineEndAt(at: number): number {
    const found = lineEnds.find((lineEnd) => this.#isAt(lineEnd, at));
    return found === undefined || (found === '\r' && this.#dialect.unescape === 'mysql') ? 0 : found.length;
  }
}

const sequences = {
  postgres: /\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|[^]?)/g,
  mysql: /\\([^]?)/g,
  redshift: /\\([^]?)/g,
} as const;

const letters: Readonly<Record<string, string>> = {
  'postgres b': '\b',
  'postgres f': '\f',
  'postgres n': '\n',
  'postgres r': '\r',
  'postgres t': '\t',
  'postgres v': '\v',
  'mysql 0': '\0',
  'mysql b': '\b',
  'mysql n': '\n',
  'mysql r': '\r',
  'mysql t': '\t',
  'mysql Z': '\x1a',
};

/** Decodes what follows a backslash. */
function decodeSequence(sequence: string, database: keyof typeof sequences, delimiter: string): string | undefined {
  if (sequence === '') return undefined;
  const letter = letters[`${database} ${sequence}`];
  if (letter !== undefined) return letter;
  if (database === 'mysql') return sequence === 'N' ? undefined : sequence;
  if (database === 'redshift') {
    return `\\"'\n\r\0${delimiter.charAt(0)}`.includes(sequence) ? sequence : undefined;
  }
  const isOctal = /^[0-7]/.test(sequence);
  if (!isOctal && !/^[x.]/.test(sequence)) return sequence;
  const code = Number.parseInt(isOctal ? sequence : sequence.slice(1), isOctal ? 8 : 16);
  return code > 0 && code < 256 ? String.fromCharCode(code) : undefined;
}

function lines(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
