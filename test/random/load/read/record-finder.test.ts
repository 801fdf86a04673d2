import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { isFinderDialect } from '../../../../src/load/read/byte-finder.ts';
import { chooseReader } from '../../../../src/load/read/choose-reader.ts';
import { openRecordFinder } from '../../../../src/load/read/open-record-finder.ts';
import type { Dialect, Position, Reader } from '../../../../src/load/read/record.ts';
import type { RecordFinder } from '../../../../src/load/read/record-finder.ts';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import { below, pick, random, sampled, type Random } from '../../../helpers/random.ts';
import { dialect as rfc4180, pieces, randomPieces } from '../../../unit/load/read/reading.ts';

/** Set SEED to reproduce a failure (the test title contains it), or SEEDS to run more of them. */
const firstSeed = Number(process.env['SEED'] ?? 20_261_130);
const seedCount = Number(process.env['SEEDS'] ?? (process.env['SEED'] === undefined ? 20 : 1));
const seeds = Array.from({ length: seedCount }, (_, i) => firstSeed + i);

const inputsPerSeed = 200;
const sourceName = 'people.csv';

/** What a finder or a reader found: positions, and the error that ended it. */
interface Found {
  readonly positions: readonly Position[];
  readonly error: { readonly code: string; readonly message: string; readonly place: unknown } | undefined;
}

describe.each(sampled(seeds))('the fast record finder, seed %i', (seed) => {
  test('finds every record where the reader reads it, wherever the input is split', async () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const dialect = someDialect(rand);
      const bytes = someBytes(dialect, 40, rand);
      const start = pick<Position>([sourceStart, sourceStart, { offset: 77, line: 5, record: 3 }], rand);
      const read = await readWith(dialect, start, randomPieces(bytes, below(6, rand), rand));
      for (const chunks of [[bytes], pieces(bytes, 1), randomPieces(bytes, below(6, rand), rand)]) {
        assertSame(await findAll(dialect, start, chunks, 1), read, { dialect, bytes });
      }
    }
  });

  test('finds the same boundaries as the reader, with any distance between them', async () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const dialect = someDialect(rand);
      const bytes = someBytes(dialect, 200, rand);
      const step = 1 + below(60, rand);
      const read = await readWith(dialect, sourceStart, [bytes]);
      const chunks = randomPieces(bytes, below(10, rand), rand);
      assertSame(await findAll(dialect, sourceStart, chunks, step), atDistance(read, step), { dialect, bytes });
    }
  });

  test('continues from any record as if it had read the records before', async () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed / 10; round++) {
      const dialect = someDialect(rand);
      const bytes = someBytes(dialect, 80, rand);
      const all = await findAll(dialect, sourceStart, [bytes], 1);
      for (const [index, start] of all.positions.entries()) {
        const rest = randomPieces(bytes.subarray(start.offset), 3, rand);
        const expected = { ...all, positions: all.positions.slice(index) };
        assertSame(await findAll(dialect, start, rest, 1), expected, { dialect, bytes });
      }
    }
  });
});

/** Returns a dialect of the fast finder, with tokens that are likely to occur in the input. */
function someDialect(rand: Random): Dialect {
  const quote = pick<string | undefined>(['"', '"', '"', "'", 'b', '~', undefined], rand);
  const dialect = {
    ...rfc4180,
    quote,
    delimiter: pick([',', ',', ';', '\t', ' ', 'a', '\0'], rand),
    escape: quote === undefined ? undefined : pick<string | undefined>([undefined, undefined, quote, '\\', '^'], rand),
    maxRecordBytes: pick([1000, 1000, 1 + below(30, rand)], rand),
  };
  expect(isFinderDialect(dialect)).toBe(true);
  return dialect;
}

/** Returns bytes made of tokens of the dialect, line endings, parts of a byte-order mark, and text. */
function someBytes(dialect: Dialect, maxParts: number, rand: Random): Buffer {
  const { delimiter, quote = '"', escape = quote } = dialect;
  const texts = [
    ...[delimiter, delimiter, quote, quote, quote, quote + quote, delimiter + quote, quote + delimiter, escape],
    ...[escape + quote, escape + escape, `${quote}\n`, `\r${quote}`],
    ...['a', 'x', 'é', ' ', '\0', '\ufeff', '\n', '\n', '\r', '\r\n', '\r\n', '\n\n', '\r\r'],
  ].map((text) => Buffer.from(text));
  const parts: [Buffer, ...Buffer[]] = [Buffer.from([0xef]), Buffer.from([0xef, 0xbb]), Buffer.from([0xff]), ...texts];
  const mark = rand() < 0.1 ? [Buffer.from('\ufeff')] : [];
  return Buffer.concat([...mark, ...Array.from({ length: below(maxParts + 1, rand) }, () => pick(parts, rand))]);
}

/** Finds the first record at or after each multiple of `step`. */
async function findAll(dialect: Dialect, start: Position, chunks: Iterable<Buffer>, step: number): Promise<Found> {
  const finder: RecordFinder = await openRecordFinder(dialect, start, sourceName);
  const positions: Position[] = [];
  return collect(positions, finder, chunks, () => {
    const last = positions.at(-1);
    const found = finder.find(last === undefined ? 0 : nextMultiple(last.offset, step));
    if (found !== undefined) positions.push(found);
    return found !== undefined;
  });
}

/** Reads all records with the reader of the dialect. */
async function readWith(dialect: Dialect, start: Position, chunks: Iterable<Buffer>): Promise<Found> {
  const reader: Reader = (await chooseReader(dialect)).open(start, sourceName);
  const positions: Position[] = [];
  return collect(positions, reader, chunks, () => {
    const isFound = reader.next();
    const { offset, line, number } = reader.record;
    if (isFound) positions.push({ offset, line, record: number });
    return isFound;
  });
}

function collect(
  positions: readonly Position[],
  input: Pick<Reader, 'push' | 'end'>,
  chunks: Iterable<Buffer>,
  next: () => boolean,
): Found {
  try {
    for (const chunk of chunks) {
      // The chunk is overwritten as soon as it must no longer be used.
      const borrowed = Buffer.from(chunk);
      input.push(borrowed);
      while (next());
      borrowed.fill(0x2a);
    }
    input.end();
    while (next());
    return { positions, error: undefined };
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    return { positions, error: { code: error.code, message: error.message, place: error.place } };
  }
}

/** Leaves only the first position at or after each multiple of `step`. */
function atDistance({ positions, error }: Found, step: number): Found {
  const kept: Position[] = [];
  for (const position of positions) {
    const last = kept.at(-1);
    if (last === undefined || position.offset >= nextMultiple(last.offset, step)) kept.push(position);
  }
  return { positions: kept, error };
}

function nextMultiple(offset: number, step: number): number {
  return (Math.floor(offset / step) + 1) * step;
}

/** Compares as text first, which is faster. */
function assertSame(actual: Found, expected: Found, input: { dialect: Dialect; bytes: Buffer }): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  expect(actual, `${JSON.stringify(input.dialect)} ${JSON.stringify(input.bytes.toString('latin1'))}`).toEqual(
    expected,
  );
}
