import type { Buffer } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { createReadError } from '../errors.ts';
import { describeNetworkError, resumeFromStartHint } from './object-errors.ts';
import { getContentLength } from './response-headers.ts';

/**
 * Sends a GET when the first byte is requested, and yields its body. Ends only if the body is complete.
 * @throws LoaderError SOURCE_UNREADABLE; errors of `get`.
 */
export async function* readOnce(
  name: string,
  get: () => Promise<Dispatcher.ResponseData>,
): AsyncGenerator<Buffer, void, void> {
  const { headers, body } = await get();
  const length = getContentLength(headers);
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } catch (error) {
    // An error after the last byte does not matter: a server may close the connection before the bytes are read here.
    if (bytes !== length) throw brokenDownloadError(name, describeNetworkError(error), bytes);
  }
  if (length !== undefined && bytes !== length) {
    throw brokenDownloadError(name, `the response ended early, ${length} bytes were expected`, bytes);
  }
}

function brokenDownloadError(name: string, why: string, from: number): Error {
  return createReadError(name, `${why}, and the download cannot resume because the server sends no ETag`, {
    from,
    hint: resumeFromStartHint,
  });
}
