/** A response as received. `parseResponse` validates it. */
export interface RawResponse {
  readonly kind: 'received';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** A complete response, and whether its connection can send another request. */
export interface CompleteResponse {
  readonly response: RawResponse;
  readonly keepsAlive: boolean;
}

/** The bytes are not a valid response: `InvalidResponse`, `ResponseTooLarge`. */
export class BadResponseError extends Error {
  readonly code: string;

  constructor(code: 'InvalidResponse' | 'ResponseTooLarge', message: string) {
    super(message);
    this.code = code;
  }
}

/** Maximum bytes of a body. The largest one returns 16 MB of unprocessed items, encoded differently. */
export const maxBodyBytes = 32 * 1024 * 1024;
/** Maximum bytes of status line and headers. */
const maxHeadBytes = 64 * 1024;

const empty = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');

interface Head extends Pick<RawResponse, 'status' | 'headers'> {
  readonly keepsAlive: boolean;
  /** How the body ends: after this many bytes, with the last chunk, or with the connection. */
  readonly framing: number | 'chunked' | 'closed';
}

/**
 * Reads the responses of one connection, in pieces of any size (HTTP/1.1, RFC 9112). undici's parser takes a fifth more CPU
 * for the whole load (`npm run bench`). It supports what API servers send, and rejects everything ambiguous.
 */
export class ResponseReader {
  /** Start of an incomplete head. */
  #headStart: Buffer = empty;
  #head: Head | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #chunks = new ChunkReader();

  /**
   * @param bytes kept until the response is complete.
   * @returns undefined if the response is not complete.
   * @throws BadResponseError
   */
  push(bytes: Buffer): CompleteResponse | undefined {
    let rest = bytes;
    while (this.#head === undefined) {
      const all = this.#headStart.length === 0 ? rest : Buffer.concat([this.#headStart, rest]);
      const end = all.indexOf(headEnd);
      if (end === -1) {
        if (all.length > maxHeadBytes) throw new BadResponseError('ResponseTooLarge', 'the head is too long');
        this.#headStart = all;
        return undefined;
      }
      this.#headStart = empty;
      const head = readHead(all.toString('latin1', 0, end));
      rest = all.subarray(end + headEnd.length);
      // An interim response, such as 100 Continue, precedes the final one.
      if (head.status >= 200) this.#head = head;
      else if (rest.length === 0) return undefined;
    }
    return this.#readBody(this.#head, rest);
  }

  /** Called when the connection has ended. @returns the response that ends with it. */
  end(): CompleteResponse | undefined {
    return this.#head?.framing === 'closed' ? this.#complete(this.#head) : undefined;
  }

  #readBody(head: Head, bytes: Buffer): CompleteResponse | undefined {
    const { framing } = head;
    if (framing === 'chunked') {
      const isLast = this.#chunks.push(bytes, (piece) => {
        this.#keep(piece);
      });
      return isLast ? this.#complete(head) : undefined;
    }
    if (framing === 'closed') {
      this.#keep(bytes);
      return undefined;
    }
    if (framing > maxBodyBytes) throw tooLarge();
    this.#keep(bytes);
    if (this.#bytes > framing) throw invalid('bytes follow the response');
    return this.#bytes === framing ? this.#complete(head) : undefined;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.#bytes > maxBodyBytes) throw tooLarge();
    this.#pieces.push(piece);
  }

  #complete({ status, headers, keepsAlive, framing }: Head): CompleteResponse {
    const [first = empty] = this.#pieces;
    const body = this.#pieces.length > 1 ? Buffer.concat(this.#pieces, this.#bytes) : first;
    this.#head = undefined;
    this.#pieces = [];
    this.#bytes = 0;
    if (framing === 'chunked') this.#chunks = new ChunkReader();
    return { response: { kind: 'received', status, headers, body }, keepsAlive };
  }
}

function tooLarge(): BadResponseError {
  return new BadResponseError('ResponseTooLarge', 'the body is too long');
}

function invalid(message: string): BadResponseError {
  return new BadResponseError('InvalidResponse', message);
}

/** Parses `HTTP/1.1 200 OK` and lines of `name: value`. */
function readHead(text: string): Head {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1) lineEnd = text.length;
  const status = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(text.slice(0, lineEnd));
  if (status === null) throw invalid('the status line is not HTTP/1.1');
  const headers: Record<string, string | undefined> = { __proto__: null } as never;
  while (lineEnd < text.length) {
    const start = lineEnd + 2;
    lineEnd = text.indexOf('\r\n', start);
    if (lineEnd === -1) lineEnd = text.length;
    const colon = text.indexOf(':', start);
    if (colon <= start || colon > lineEnd) throw invalid('a line of the head is not a header');
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

/** Decides how the body ends (RFC 9112, section 6.3). */
function framingOf(status: number, headers: Head['headers']): Head['framing'] {
  if (status < 200 || status === 204 || status === 304) return 0;
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  if (length === undefined && coding === undefined) return 'closed';
  if (length === undefined && coding?.toLowerCase() === 'chunked') return 'chunked';
  if (coding === undefined && /^\d{1,15}$/.test(length ?? '')) return Number(length);
  throw invalid('the length of the body is ambiguous');
}

/** Reads chunks (RFC 9112, section 7.1): `SIZE[;extension]`, the bytes, …, `0`, trailers, an empty line. */
class ChunkReader {
  /** Remaining bytes of the current chunk; undefined if a line is next. */
  #left: number | undefined;
  /** Kind of the next line: a chunk size, the empty line after a chunk, or a trailer. */
  #next: 'size' | 'end of chunk' | 'trailer' = 'size';
  #line = '';

  /** @param keep receives the content. @returns whether the body is complete. */
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
      if (this.#line.length > maxHeadBytes) throw new BadResponseError('ResponseTooLarge', 'a chunk line is too long');
      if (newline === -1) break;
      if (!this.#line.endsWith('\r\n')) throw invalid('a chunk line does not end with CRLF');
      if (this.#readLine(this.#line.slice(0, -2))) {
        if (at < bytes.length) throw invalid('bytes follow the response');
        return true;
      }
      this.#line = '';
    }
    return false;
  }

  /** @returns whether it was the last line. */
  #readLine(line: string): boolean {
    if (this.#next === 'trailer') return line === '';
    if (this.#next === 'end of chunk') {
      if (line !== '') throw invalid('a chunk is longer than its size');
      this.#next = 'size';
      return false;
    }
    const size = /^([\da-fA-F]{1,8})[ \t]*(?:;|$)/.exec(line)?.[1];
    if (size === undefined) throw invalid('a chunk has no size');
    const length = parseInt(size, 16);
    if (length === 0) this.#next = 'trailer';
    else this.#left = length;
    return false;
  }
}
