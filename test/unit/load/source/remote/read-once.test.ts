import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { readOnce } from '../../../../../src/load/source/remote/read-once.ts';

/** Creates a response whose body breaks off after these texts. */
function makeResponse(contentLength: number | undefined, ...texts: string[]): Dispatcher.ResponseData {
  const body = (async function* () {
    for (const text of texts) yield await Promise.resolve(Buffer.from(text));
    throw new Error('other side closed');
  })();
  const headers = contentLength === undefined ? {} : { 'content-length': String(contentLength) };
  return { statusCode: 200, headers, body } as unknown as Dispatcher.ResponseData;
}

async function textOf(response: Dispatcher.ResponseData): Promise<string> {
  let text = '';
  for await (const chunk of readOnce('http://host/a.csv', () => Promise.resolve(response))) text += String(chunk);
  return text;
}

describe('readOnce', () => {
  it('accepts a connection error after the last byte', async () => {
    expect(await textOf(makeResponse(6, 'abc', 'def'))).toBe('abcdef');
  });

  it.each([
    ['the body is incomplete', 7],
    ['the length is unknown', undefined],
  ])('throws if the connection breaks and %s', async (_, length) => {
    await expect(textOf(makeResponse(length, 'abc', 'def'))).rejects.toThrow('from byte 6: other side closed');
  });
});
