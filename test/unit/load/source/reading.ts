import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { Source, SourceIdentity } from '../../../../src/load/source/source.ts';
import type { HttpSource } from '../../../helpers/sources/http-source.ts';

/** Reads all bytes of a source from `offset`. */
export async function bytesOf(source: Source, offset = 0, expected?: SourceIdentity): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.read(offset, expected)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Closes a source during a waiting read. Expects the read to end at once, and all responses to end. */
export async function expectCloseEndsRead(source: Source, server: Pick<HttpSource, 'underWay'>): Promise<void> {
  const read = bytesOf(source);
  read.catch(() => undefined);
  await sleep(100);
  const started = performance.now();
  await source.close();
  await expect(read).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(performance.now() - started).toBeLessThan(500);
  await expect.poll(() => server.underWay(), { interval: 10 }).toBe(0);
}

/** Matches a LoaderError with this code, message and hint. */
export function loaderError(code: ErrorCode, message: RegExp, hint = /./): Error {
  return expect.objectContaining({
    name: 'LoaderError',
    code,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  }) as Error;
}
