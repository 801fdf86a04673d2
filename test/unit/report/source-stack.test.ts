import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { toSourceStack } from '../../../src/report/source-stack.ts';
import { tempDir } from '../../helpers/temp.ts';

/** Writes a chunk with code of a source at column 10 of line 2, and of a package from column 20. */
function writeChunk(map: string): string {
  const file = join(tempDir(), 'chunk.js');
  writeFileSync(`${file}.map`, map);
  return pathToFileURL(file).href;
}

const map = JSON.stringify({
  version: 3,
  sources: ['../../src/load/load.ts'],
  names: [],
  // Line 2: from column 10, line 6 and column 4 of the source; from column 20, no source.
  mappings: ';UAKI,U;',
});

it('a place in the bundle becomes a place in a source', () => {
  const url = writeChunk(map);
  expect(toSourceStack(`Error: oops\n    at load (${url}:2:11)\n    at async ${url}:2:13`)).toBe(
    'Error: oops\n    at load (src/load/load.ts:6:5)\n    at async src/load/load.ts:6:5',
  );
});

it.each([
  ['belongs to a package', map, ':2:21'],
  ['is in a file without a source map', 'not JSON', ':2:11'],
])('a place stays if it %s', (_, contents, place) => {
  const stack = `Error: oops\n    at send (${writeChunk(contents)}${place})`;
  expect(toSourceStack(stack)).toBe(stack);
});

it('a place in Node stays', () => {
  const stack = 'Error: oops\n    at node:internal/timers:588:17';
  expect(toSourceStack(stack)).toBe(stack);
});
