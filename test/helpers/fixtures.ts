import type { Buffer } from 'node:buffer';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { encodings } from './fixtures/encodings.ts';
import { fields } from './fixtures/fields.ts';
import type { Fixture } from './fixtures/fixture.ts';
import { headers } from './fixtures/headers.ts';
import { lines } from './fixtures/lines.ts';
import { made } from './fixtures/made.ts';
import { marks } from './fixtures/marks.ts';
import { shapes } from './fixtures/shapes.ts';

export type { Fixture } from './fixtures/fixture.ts';

/** Every fixture, each of one condition. */
export const fixtures: readonly Fixture[] = [
  ...marks,
  ...headers,
  ...lines,
  ...fields,
  ...encodings,
  ...shapes,
  ...made,
];

/** Where those that are kept lie. */
export const fixtureFolder = fileURLToPath(new URL('../fixtures/csv/', import.meta.url));

/** The path of a fixture; one that is to be made is made in `folder`. */
export function fixturePath({ name, made }: Fixture, folder: string): string {
  if (made === undefined) return join(fixtureFolder, `${name}.csv`);
  const path = join(folder, made.path ?? `${name}.csv`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, made.bytes());
  return path;
}

/** The bytes of the file at a fixture's path, unpacked. */
export function unpackedBytes(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
