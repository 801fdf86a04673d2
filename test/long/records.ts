import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Number of records. 50,000 of them repeat the key of an earlier one. */
export const records = 1_000_000;
const keys = 950_000;

function* lines(noteOf: (n: number) => string): Generator<string> {
  yield 'id,count,city,note\n';
  for (let n = 0; n < records; n++) {
    const note = n % 20 === 0 ? `"said ""hi ${n}"",\nthen left"` : noteOf(n);
    yield `u-${String(n % keys).padStart(9, '0')},${n}.50,São Paulo ${n % 7},${note}\n`;
  }
}

/** Writes a million records. Every 20th has a quoted newline. @param noteBytes Additional bytes per note. */
export async function writeRecords(file: string, noteBytes = 0): Promise<void> {
  const more = 'x'.repeat(noteBytes);
  await pipeline(Readable.from(lines((n) => `plain note text ${n}${more}`)), createWriteStream(file));
}
