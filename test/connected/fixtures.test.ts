import type { Buffer } from 'node:buffer';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RejectCode } from '../../src/errors.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import { allOptions } from '../../src/options/table.ts';
import { fixtureFolder, fixturePath, fixtures, unpackedBytes, type Fixture } from '../helpers/fixtures/fixtures.ts';
import { readWithPython, whyNoPython, type PythonRecord } from '../helpers/fixtures/python.ts';
import { random } from '../helpers/random.ts';
import { type Found, itemOf, readThrough } from '../helpers/fixtures/read-fixture.ts';
import { tempDir } from '../helpers/temp.ts';
import { around, given } from '../unit/options/given.ts';
import { pieces, randomPieces } from '../unit/load/read/reading.ts';

const seed = Number(process.env['SEED'] ?? 20_250_301);
const skipped = whyNoPython();

/** The records of each fixture as they are to be read, blank lines left out. */
const expected = new Map<Fixture, readonly PythonRecord[]>();
const paths = new Map<Fixture, string>();

beforeAll(() => {
  const folder = tempDir();
  for (const fixture of fixtures) {
    paths.set(fixture, fixturePath(fixture, folder));
    const { byHand } = fixture;
    if (byHand !== undefined)
      expected.set(
        fixture,
        byHand.map(([line, ...fields]) => ({ line, fields })),
      );
  }
  if (skipped !== undefined) {
    process.stderr.write(`skipped: the fixtures are not compared with Python's csv module (${skipped})\n`);
    return;
  }
  const asked = fixtures.filter(({ byHand }) => byHand === undefined);
  const read = readWithPython(asked.map((fixture) => ({ ...fixture.python, path: paths.get(fixture) ?? '' })));
  asked.forEach((fixture, index) => expected.set(fixture, read[index] ?? []));
});

const settingsOf = ({ options = {} }: Fixture) =>
  resolveDirect(parseOptions(given({ table: 'people', ...options }), ['people.csv']), around);

describe(`a fixture is read as Python's csv module reads it, wherever it is cut, seed ${seed}`, () => {
  it.for(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async ([, fixture], context) => {
    const records = expected.get(fixture);
    if (records === undefined) {
      context.skip(skipped);
      return;
    }
    const bytes = unpackedBytes(paths.get(fixture) ?? '');
    const whole = await readThrough([bytes], settingsOf(fixture));
    assertAsExpected(fixture, whole, records);
    assertAddsUp(whole, bytes);

    const rand = random(seed);
    for (const cuts of [1, 3, 10]) {
      expect(await readThrough(randomPieces(bytes, cuts, rand), settingsOf(fixture)), `${cuts} cuts`).toEqual(whole);
    }
    if (bytes.length < 4096) {
      for (const size of [1, 2, 3])
        expect(await readThrough(pieces(bytes, size), settingsOf(fixture)), `pieces of ${size}`).toEqual(whole);
    }
  });
});

function assertAsExpected(fixture: Fixture, found: Found, wanted: readonly PythonRecord[]): void {
  const { rejects = [], error } = fixture;
  const { read, map, source } = settingsOf(fixture);
  expect(found.error).toEqual(
    error && { code: error.code, place: { source: 'fixture.csv', line: error.line, record: error.record } },
  );

  const firstNumber = read.header ? 0 : 1;
  const numbered = wanted.map((record, index) => ({ number: firstNumber + index, ...record }));
  const readable = numbered.slice(0, readableBefore(error, firstNumber));
  const unreadable = new Set(rejects.filter(({ code }) => isUnreadable(code)).map(({ record }) => record));
  const shown = ({
    number,
    line,
    fields,
  }: {
    number: number;
    line: number;
    fields: readonly string[] | undefined;
  }) => ({
    number,
    line,
    fields: unreadable.has(number) ? 'unreadable' : fields,
  });
  expect(found.records.map(shown)).toEqual(readable.map(shown));
  if (error?.code === 'HEADER_INVALID') return;

  const names = read.columns ?? numbered[0]?.fields ?? [];
  expect(found.names).toEqual(names);
  expect(found.rejects).toEqual(rejects);
  const rejected = new Set(rejects.map(({ record }) => record));
  const { skipRecords, maxRecords = Infinity } = source;
  const loaded = readable.filter(({ number }) => number > skipRecords && number <= skipRecords + maxRecords);
  const items = loaded.filter(({ number }) => number > 0 && !rejected.has(number));
  expect(found.items).toEqual(items.map(({ fields }) => itemOf(names, fields, map)));
}

/** How many records are read before what ends the run: an unusable header is one of them. */
function readableBefore(error: Fixture['error'], firstNumber: number): number {
  if (error?.record === undefined) return Infinity;
  return error.code === 'HEADER_INVALID' ? 1 : error.record - firstNumber;
}

/** Whether the fields of such a record are not those of Python. */
function isUnreadable(code: RejectCode): boolean {
  return code === 'TEXT_AFTER_QUOTE' || code === 'INVALID_BYTES';
}

/** Every byte belongs to a record, in its place, or is one of those passed. */
function assertAddsUp({ records, endOffset, blankBytes, error }: Found, bytes: Buffer): void {
  let end = 0;
  let recordBytes = 0;
  for (const { offset, raw } of records) {
    expect(offset).toBeGreaterThanOrEqual(end);
    expect(raw).toBe(bytes.toString('latin1', offset, offset + raw.length));
    end = offset + raw.length;
    recordBytes += raw.length;
  }
  expect(recordBytes + blankBytes).toBe(endOffset);
  if (error === undefined) expect(endOffset).toBe(bytes.length);
}

describe('the table of fixtures', () => {
  it('has 60 of them or more, each name once', () => {
    const names = fixtures.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names).toEqual([...new Set(names)]);
  });

  it('has every file of the folder, and every file of it is there', () => {
    const kept = fixtures.filter(({ made }) => made === undefined).map(({ name }) => `${name}.csv`);
    expect(readdirSync(fixtureFolder).sort()).toEqual(kept.sort());
  });

  it('has no file of 4 KiB or more in the folder', () => {
    const sizes = readdirSync(fixtureFolder).map((name) => statSync(join(fixtureFolder, name)).size);
    expect(Math.max(...sizes)).toBeLessThan(4096);
  });

  it('uses every option of the groups source and read', () => {
    const keys = allOptions()
      .filter(([, { group }]) => group === 'source' || group === 'read')
      .map(([key]) => key);
    const used = new Set(fixtures.flatMap(({ options = {} }) => Object.keys(options)));
    expect(keys.filter((key) => !used.has(key))).toEqual([]);
  });

  it('says why, where Python is not asked', () => {
    expect(fixtures.filter(({ byHand, note }) => byHand !== undefined && note === undefined)).toEqual([]);
  });
});
