import { Readable } from 'node:stream';
import type { Compression } from '../options/settings.ts';
import type { Source } from './source.ts';
import { StreamSource } from './stream.ts';

/** Standard input as a source. `stdin` is touched when it is read or closed, not before. */
export function openStdin(stdin: NodeJS.ReadableStream, compression: Compression): Source {
  const open = (): Readable => (stdin instanceof Readable ? stdin : new Readable().wrap(stdin));
  return new StreamSource('stdin', 'stdin', open, { compression });
}
