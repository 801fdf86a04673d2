/** An answer as it came; whether it can be believed is for `readAnswer` to say. */
export interface RawAnswer {
  readonly kind: 'came';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An answer that is whole, and whether its connection can be used for another request. */
export interface Whole {
  readonly answer: RawAnswer;
  readonly keepsAlive: boolean;
}

/** What cannot be an answer, or no answer of ours: `AnswerUnreadable`, `AnswerTooLarge`. */
export class BadAnswer extends Error {
  readonly code: string;

  constructor(code: 'AnswerUnreadable' | 'AnswerTooLarge', what: string) {
    super(what);
    this.code = code;
  }
}

/** Bytes of an answer's body at most; the largest there is gives back 16 MB of items in other words. */
export const longestAnswer = 32 * 1024 * 1024;
/** Bytes of its status line and headers at most. */
const longestHead = 64 * 1024;

const empty = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');

interface Head extends Pick<RawAnswer, 'status' | 'headers'> {
  readonly keepsAlive: boolean;
  /** How the body ends: after so many bytes, with a last chunk, or with the connection. */
  readonly framing: number | 'chunked' | 'closed';
}

/**
 * Reads the answers that come over one connection, one for each request, however they are cut (HTTP/1.1, RFC 9112). In
 * place of undici's, which costs a fifth of all CPU more (`npm run bench`). It knows what servers of an API send, and takes nothing that could be
 * understood in two ways.
 */
export class ResponseReader {
  /** The beginning of a head that is not whole. */
  #begun: Buffer = empty;
  #head: Head | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #chunks = new ChunkReader();

  /**
   * @param bytes what came; it is kept until the answer is whole.
   * @returns undefined: more is to come
   * @throws BadAnswer
   */
  push(bytes: Buffer): Whole | undefined {
    let rest = bytes;
    while (this.#head === undefined) {
      const all = this.#begun.length === 0 ? rest : Buffer.concat([this.#begun, rest]);
      const end = all.indexOf(headEnd);
      if (end === -1) {
        if (all.length > longestHead) throw new BadAnswer('AnswerTooLarge', 'its head is too long');
        this.#begun = all;
        return undefined;
      }
      this.#begun = empty;
      const head = readHead(all.toString('latin1', 0, end));
      rest = all.subarray(end + headEnd.length);
      // 100 Continue and its like announce the answer.
      if (head.status >= 200) this.#head = head;
      else if (rest.length === 0) return undefined;
    }
    return this.#takeBody(this.#head, rest);
  }

  /** The connection has ended. @returns the answer that ends with it. */
  end(): Whole | undefined {
    return this.#head?.framing === 'closed' ? this.#whole(this.#head) : undefined;
  }

  #takeBody(head: Head, bytes: Buffer): Whole | undefined {
    const { framing } = head;
    if (framing === 'chunked') {
      const isLast = this.#chunks.push(bytes, (piece) => {
        this.#keep(piece);
      });
      return isLast ? this.#whole(head) : undefined;
    }
    if (framing === 'closed') {
      this.#keep(bytes);
      return undefined;
    }
    if (framing > longestAnswer) throw tooLarge();
    this.#keep(bytes);
    if (this.#bytes > framing) throw new BadAnswer('AnswerUnreadable', 'more came than one answer');
    return this.#bytes === framing ? this.#whole(head) : undefined;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.#bytes > longestAnswer) throw tooLarge();
    this.#pieces.push(piece);
  }

  #whole({ status, headers, keepsAlive, framing }: Head): Whole {
    const [first = empty] = this.#pieces;
    const body = this.#pieces.length > 1 ? Buffer.concat(this.#pieces, this.#bytes) : first;
    this.#head = undefined;
    this.#pieces = [];
    this.#bytes = 0;
    if (framing === 'chunked') this.#chunks = new ChunkReader();
    return { answer: { kind: 'came', status, headers, body }, keepsAlive };
  }
}

function tooLarge(): BadAnswer {
  return new BadAnswer('AnswerTooLarge', 'its body is longer than any answer can be');
}

/** `HTTP/1.1 200 OK`, and lines of `name: value` */
function readHead(text: string): Head {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1) lineEnd = text.length;
  const status = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(text.slice(0, lineEnd));
  if (status === null) throw new BadAnswer('AnswerUnreadable', 'it is no answer of HTTP/1.1');
  const headers: Record<string, string | undefined> = { __proto__: null } as never;
  while (lineEnd < text.length) {
    const start = lineEnd + 2;
    lineEnd = text.indexOf('\r\n', start);
    if (lineEnd === -1) lineEnd = text.length;
    const colon = text.indexOf(':', start);
    if (colon <= start || colon > lineEnd) throw new BadAnswer('AnswerUnreadable', 'a line of its head is no header');
    const name = text.slice(start, colon).toLowerCase();
    const value = text.slice(colon + 1, lineEnd).trim();
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}, ${value}`;
  }
  const code = Number(status[2]);
  const framing = framingOf(code, headers);
  const isOld = status[1] === '0';
  const connection = headers['connection']?.toLowerCase() ?? '';
  const keepsAlive = framing !== 'closed' && (isOld ? connection === 'keep-alive' : !connection.includes('close'));
  return { status: code, headers, keepsAlive, framing };
}

/** RFC 9112, section 6.3 */
function framingOf(status: number, headers: Head['headers']): Head['framing'] {
  if (status < 200 || status === 204 || status === 304) return 0;
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  if (length === undefined && coding === undefined) return 'closed';
  if (length === undefined && coding?.toLowerCase() === 'chunked') return 'chunked';
  if (coding === undefined && /^\d{1,15}$/.test(length ?? '')) return Number(length);
  throw new BadAnswer('AnswerUnreadable', 'it does not say clearly how long it is');
}

/** RFC 9112, section 7.1: `SIZE[;extension]`, so many bytes, …, `0`, trailers, an empty line. */
class ChunkReader {
  /** Bytes of the chunk at hand that are to come; undefined: a line is. */
  #left: number | undefined;
  /** What the next line is: a chunk's size, the empty one behind its bytes, or a trailer. */
  #next: 'size' | 'end of chunk' | 'trailer' = 'size';
  #line = '';

  /** @param keep gets the content. @returns whether it was the last of it. */
  push(bytes: Buffer, keep: (piece: Buffer) => void): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left !== undefined) {
        const piece = bytes.subarray(at, at + this.#left);
        keep(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left > 0) break;
        this.#left = undefined;
        this.#next = 'end of chunk';
        continue;
      }
      const newline = bytes.indexOf(10, at);
      const end = newline === -1 ? bytes.length : newline + 1;
      this.#line += bytes.toString('latin1', at, end);
      at = end;
      if (this.#line.length > longestHead) throw new BadAnswer('AnswerTooLarge', 'a line of it is too long');
      if (newline === -1) break;
      if (!this.#line.endsWith('\r\n')) throw new BadAnswer('AnswerUnreadable', 'a line of it ends otherwise');
      if (this.#takeLine(this.#line.slice(0, -2))) {
        if (at < bytes.length) throw new BadAnswer('AnswerUnreadable', 'more came than one answer');
        return true;
      }
      this.#line = '';
    }
    return false;
  }

  /** @returns whether it was the last line. */
  #takeLine(line: string): boolean {
    if (this.#next === 'trailer') return line === '';
    if (this.#next === 'end of chunk') {
      if (line !== '') throw new BadAnswer('AnswerUnreadable', 'a chunk is longer than it says');
      this.#next = 'size';
      return false;
    }
    const size = /^([\da-fA-F]{1,8})[ \t]*(?:;|$)/.exec(line)?.[1];
    if (size === undefined) throw new BadAnswer('AnswerUnreadable', 'a chunk does not say how long it is');
    const length = parseInt(size, 16);
    if (length === 0) this.#next = 'trailer';
    else this.#left = length;
    return false;
  }
}
