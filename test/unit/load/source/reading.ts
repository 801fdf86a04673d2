import { Buffer } from 'node:buffer';
import { expect } from 'vitest';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { Source, SourceIdentity } from '../../../../src/load/source/source.ts';

/** All bytes that a source has from `offset` on. */
export async function bytesOf(source: Source, offset = 0, expected?: SourceIdentity): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.read(offset, expected)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A LoaderError of this code, with a message and a hint that match. */
export function loaderError(code: ErrorCode, message: RegExp, hint = /./): Error {
  return expect.objectContaining({
    name: 'LoaderError',
    code,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  }) as Error;
}
