import type { Buffer } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { cannotRead } from '../errors.ts';
import { wordsOf } from './object-errors.ts';
import { contentLength } from './url-answer.ts';

/**
 * The body of a GET, which is sent when the first byte is asked for. It ends only if the body is complete.
 * @throws LoaderError SOURCE_UNREADABLE; what `get` throws
 */
export async function* readOnce(
  name: string,
  get: () => Promise<Dispatcher.ResponseData>,
): AsyncGenerator<Buffer, void, void> {
  const { headers, body } = await get();
  const length = contentLength(headers);
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } catch (error) {
    // All of it came: how it ends no longer matters. A server may close a connection whose last bytes still wait here.
    if (bytes !== length) throw brokenOff(name, wordsOf(error), bytes);
  }
  if (length !== undefined && bytes !== length) throw brokenOff(name, `it ends, of ${length} bytes`, bytes);
}

function brokenOff(name: string, why: string, from: number): Error {
  return cannotRead(name, `${why}, and the server names no ETag by which the rest could be asked for`, {
    from,
    hint: 'With --resume it is read again from its beginning; save it to a file first if it breaks off again.',
  });
}
