import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import type { Compression } from '../settings.ts';
import { createUnreadableSourceError } from './errors.ts';
import type { Source } from './source.ts';
import { StreamSource } from './stream-source.ts';

/**
 * Creates a source for standard input, or for the stream of a program. The stream is not used before the first read.
 * Strings are encoded to the bytes they were decoded from.
 */
export function openStdin(stdin: NodeJS.ReadableStream, compression: Compression): Source {
  return new StreamSource('stdin', 'stdin', () => openByteStream(stdin), { compression });
}

function openByteStream(stdin: NodeJS.ReadableStream): AsyncIterable<Buffer> | Readable {
  const stream = stdin instanceof Readable ? stdin : new Readable().wrap(stdin);
  // It would look like an empty stream.
  if (stream.readableEnded) throw createUnreadableSourceError('stdin', new Error('it has already been read'));
  return stream.readableObjectMode || stream.readableEncoding !== null ? toBytes(stream) : stream;
}

async function* toBytes(stream: Readable): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of stream as AsyncIterable<unknown>) {
    if (typeof chunk === 'string') yield Buffer.from(chunk, stream.readableEncoding ?? 'utf8');
    else if (chunk instanceof Uint8Array) yield Buffer.from(chunk);
    else throw createUnreadableSourceError('stdin', new Error(`it returned a ${typeof chunk} instead of bytes`));
  }
}
