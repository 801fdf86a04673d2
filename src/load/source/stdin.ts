import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import type { Compression } from '../settings.ts';
import { unreadable } from './errors.ts';
import type { Source } from './source.ts';
import { StreamSource } from './stream.ts';

/**
 * Standard input, or what a program gives in its place, as a source. It is touched when it is read or closed, not before.
 * Strings are taken as the bytes they were decoded from.
 */
export function openStdin(stdin: NodeJS.ReadableStream, compression: Compression): Source {
  return new StreamSource('stdin', 'stdin', () => openBytes(stdin), { compression });
}

function openBytes(stdin: NodeJS.ReadableStream): AsyncIterable<Buffer> | Readable {
  const stream = stdin instanceof Readable ? stdin : new Readable().wrap(stdin);
  // Read again it would look like one that is empty.
  if (stream.readableEnded) throw unreadable('stdin', new Error('it was read to its end before'));
  return stream.readableObjectMode || stream.readableEncoding !== null ? bytesOf(stream) : stream;
}

async function* bytesOf(stream: Readable): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of stream as AsyncIterable<unknown>) {
    if (typeof chunk === 'string') yield Buffer.from(chunk, stream.readableEncoding ?? 'utf8');
    else if (chunk instanceof Uint8Array) yield Buffer.from(chunk);
    else throw unreadable('stdin', new Error(`it gives a ${typeof chunk} where bytes belong`));
  }
}
