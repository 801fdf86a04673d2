import type { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { readOnce } from '../../../../../src/load/source/remote/url-stream.ts';

/** An answer whose body breaks off behind what it has. */
function answerOf(contentLength: number | undefined, ...texts: string[]): Dispatcher.ResponseData {
  const body = (async function* () {
    for (const text of texts) yield await Promise.resolve(Buffer.from(text));
    throw new Error('other side closed');
  })();
  const headers = contentLength === undefined ? {} : { 'content-length': String(contentLength) };
  return { statusCode: 200, headers, body } as unknown as Dispatcher.ResponseData;
}

async function textOf(answer: Dispatcher.ResponseData): Promise<string> {
  let text = '';
  for await (const chunk of readOnce('http://host/a.csv', () => Promise.resolve(answer))) text += String(chunk);
  return text;
}

describe('a body that is had once', () => {
  it('is complete where all of it came, however its connection ends', async () => {
    expect(await textOf(answerOf(6, 'abc', 'def'))).toBe('abcdef');
  });

  it.each([
    ['it ends early', 7],
    ['nobody knows how long it is', undefined],
  ])('is not where the connection ends and %s', async (_, length) => {
    await expect(textOf(answerOf(length, 'abc', 'def'))).rejects.toThrow('from byte 6 on: other side closed');
  });
});
