import { describe, expect, it } from 'vitest';
import {
  BadResponseError,
  maxBodyBytes,
  ResponseReader,
  type CompleteResponse,
} from '../../../../src/load/wire/http-response.ts';
import { below, pick, random, type Random } from '../../../helpers/random.ts';

/** Reads bytes in pieces of these lengths, and the rest in one piece. */
function readIn(bytes: Buffer, lengths: readonly number[], isEnded = false): CompleteResponse | undefined {
  const reader = new ResponseReader();
  let at = 0;
  for (const length of [...lengths, Infinity]) {
    if (at >= bytes.length) break;
    const piece = Buffer.from(bytes.subarray(at, at + length));
    at += piece.length;
    const complete = reader.push(piece);
    if (complete === undefined) continue;
    expect(at).toBe(bytes.length);
    return complete;
  }
  return isEnded ? reader.end() : undefined;
}

const text = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1');

describe('a response', () => {
  it.each<[string, Buffer, number, string, boolean]>([
    ['has a length', text('HTTP/1.1 200 OK', 'Content-Length: 2', '', '{}'), 200, '{}', true],
    ['may have no reason', text('HTTP/1.1 400', 'content-length:2', '', '{}'), 400, '{}', true],
    ['may be empty', text('HTTP/1.1 500 x', 'content-length: 0', '', ''), 500, '', true],
    ['of 204 has no body', text('HTTP/1.1 204 No Content', '', ''), 204, '', true],
    [
      'may follow an interim response',
      text('HTTP/1.1 100 Continue', '', 'HTTP/1.1 200 OK', 'content-length: 1', '', 'x'),
      200,
      'x',
      true,
    ],
    [
      'closes its connection',
      text('HTTP/1.1 200 OK', 'connection: close', 'content-length: 1', '', 'x'),
      200,
      'x',
      false,
    ],
    ['of HTTP/1.0 closes its connection', text('HTTP/1.0 200 OK', 'content-length: 1', '', 'x'), 200, 'x', false],
    [
      'of HTTP/1.0 may keep its connection',
      text('HTTP/1.0 200 OK', 'connection: keep-alive', 'content-length: 1', '', 'x'),
      200,
      'x',
      true,
    ],
    [
      'may have chunks',
      text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', '{', 'a;x=y', '0123456789', '0', '', ''),
      200,
      '{0123456789',
      true,
    ],
    [
      'with chunks may have trailers',
      text('HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked', '', '1', '{', '0', 'x: y', '', ''),
      200,
      '{',
      true,
    ],
  ])('%s', (_, bytes, status, body, keepsAlive) => {
    for (let length = 1; length <= bytes.length; length++) {
      const complete = readIn(
        bytes,
        Array.from({ length: bytes.length }, () => length),
      );
      expect(complete?.response.body.toString()).toBe(body);
      expect(complete).toMatchObject({ response: { status }, keepsAlive });
    }
  });

  it('may end with its connection', () => {
    const bytes = text('HTTP/1.1 200 OK', '', 'all of it');
    expect(readIn(bytes, [20], true)).toMatchObject({ response: { status: 200 }, keepsAlive: false });
    expect(readIn(text('HTTP/1.1 200 OK', 'content-length: 3', '', 'ab'), [], true)).toBeUndefined();
  });

  it('has header names in lower case, and joins repeated headers', () => {
    const bytes = text(
      'HTTP/1.1 200 OK',
      'Date:  Fri \t',
      'X-Amz-Crc32:12',
      '__proto__: x',
      'a: 1',
      'A: 2',
      'content-length: 0',
      '',
      '',
    );
    const headers = readIn(bytes, [])?.response.headers;
    expect({ ...headers }).toEqual({
      date: 'Fri',
      'x-amz-crc32': '12',
      a: '1, 2',
      'content-length': '0',
      ['__proto__']: 'x',
    });
  });

  it('may be followed by another one on the same connection', () => {
    const reader = new ResponseReader();
    for (const body of ['one', 'two', 'three']) {
      const complete = reader.push(text('HTTP/1.1 200 OK', `content-length: ${body.length}`, '', body));
      expect(complete?.response.body.toString()).toBe(body);
    }
  });
});

describe('an invalid or ambiguous response', () => {
  it.each<[string, Buffer]>([
    ['is not HTTP', text('SSH-2.0-x', '', '')],
    ['has another version', text('HTTP/2 200 OK', '', '')],
    ['has a status of two digits', text('HTTP/1.1 20 OK', '', '')],
    ['has two lengths', text('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2', '', 'xx')],
    ['has a length that is not a number', text('HTTP/1.1 200 OK', 'content-length: -1', '', '')],
    [
      'has a length and chunks',
      text('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', '0', '', ''),
    ],
    ['is compressed', text('HTTP/1.1 200 OK', 'transfer-encoding: gzip', '', 'x')],
    ['has a line that is not a header', text('HTTP/1.1 200 OK', 'nothing', '', '')],
    ['is longer than its length', text('HTTP/1.1 200 OK', 'content-length: 1', '', 'xx')],
    ['is followed by other bytes', text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0', '', 'HTTP')],
    [
      'has a chunk longer than its size',
      text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'xx', '0', '', ''),
    ],
    ['has a chunk without a size', text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'z', '', '')],
    ['has a chunk line without CRLF', text('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1\nx')],
    ['has an endless head', Buffer.concat([text('HTTP/1.1 200 OK', 'x: '), Buffer.alloc(70_000, 120)])],
    ['has a length above the maximum', text('HTTP/1.1 200 OK', `content-length: ${maxBodyBytes + 1}`, '', '')],
  ])('is rejected if it %s', (_, bytes) => {
    expect(() => readIn(bytes, [])).toThrow(BadResponseError);
  });
});

/** Makes a random response: its bytes, and the expected result. */
function made(chance: Random): { bytes: Buffer; status: number; body: Buffer; headers: Map<string, string> } {
  const status = pick([200, 200, 400, 500, 503], chance);
  const body = Buffer.from(
    Array.from({ length: below(pick([1, 30, 3_000], chance), chance) }, () => below(256, chance)),
  );
  const headers = new Map<string, string>();
  for (let n = below(6, chance); n > 0; n--) headers.set(`x-${below(1_000, chance)}`, 'v'.repeat(below(40, chance)));
  const isChunked = chance() < 0.5;
  const pieces: Buffer[] = [];
  if (isChunked) {
    headers.set('transfer-encoding', 'chunked');
    for (let at = 0; at < body.length;) {
      const piece = body.subarray(at, at + 1 + below(200, chance));
      pieces.push(text(`${piece.length.toString(16)}${chance() < 0.2 ? ';a=b' : ''}`, ''), piece, text('', ''));
      at += piece.length;
    }
    pieces.push(text('0', ...(chance() < 0.2 ? ['t: x'] : []), '', ''));
  } else {
    headers.set('content-length', String(body.length));
    pieces.push(body);
  }
  const lines = [...headers].map(
    ([name, value]) => `${chance() < 0.5 ? name.toUpperCase() : name}:${chance() < 0.5 ? ' ' : ''}${value}`,
  );
  const early = chance() < 0.1 ? text('HTTP/1.1 100 Continue', '', '') : Buffer.alloc(0);
  return {
    bytes: Buffer.concat([early, text(`HTTP/1.1 ${status} x`, ...lines, '', ''), ...pieces]),
    status,
    body,
    headers,
  };
}

it('the reader reads 2,000 random responses in random pieces', () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const chance = random(seed);
    const { bytes, status, body, headers } = made(chance);
    const lengths = Array.from({ length: below(12, chance) }, () => 1 + below(bytes.length, chance));
    const complete = readIn(bytes, lengths);
    expect(complete?.response.status, `seed ${seed}`).toBe(status);
    expect(complete?.response.body.equals(body), `seed ${seed}`).toBe(true);
    expect(new Map(Object.entries(complete?.response.headers ?? {})), `seed ${seed}`).toEqual(headers);
  }
});
