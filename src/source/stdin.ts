import { Readable } from 'node:stream';
import type { Source } from './source.ts';
import { StreamSource } from './stream.ts';

/** Standard input as a source. `stdin` is touched when it is read or closed, not before. */
export function openStdin(stdin: NodeJS.ReadableStream): Source {
  return new StreamSource('stdin', 'stdin', () => (stdin instanceof Readable ? stdin : new Readable().wrap(stdin)));
}
