import type { Buffer } from 'node:buffer';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RejectCode } from '../../src/errors.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import { allOptions } from '../../src/options/table.ts';
import { fixtureFolder, fixturePath, fixtures, unpackedBytes, type Fixture } from '../helpers/fixtures/fixtures.ts';
import { readWithPython, findPythonProblem, type PythonRecord } from '../helpers/fixtures/python.ts';
import { random } from '../helpers/random.ts';
import { type ReadResult, makeItem, readFixture } from '../helpers/fixtures/read-fixture.ts';
import { tempDir } from '../helpers/temp.ts';
import { processContext, makeRawOptions } from '../unit/options/given.ts';
import { pieces, randomPieces } from '../unit/load/read/reading.ts';

const seed = Number(process.env['SEED'] ?? 20_250_301);
const skipped = findPythonProblem();

/** Expected records of each fixture, without blank lines. */
const expected = new Map<Fixture, readonly PythonRecord[]>();
const paths = new Map<Fixture, string>();

beforeAll(() => {
  const folder = tempDir();
  for (const fixture of fixtures) {
    paths.set(fixture, fixturePath(fixture, folder));
    const { expectedRecords } = fixture;
    if (expectedRecords !== undefined)
      expected.set(
        fixture,
        expectedRecords.map(([line, ...fields]) => ({ line, fields })),
      );
  }
  if (skipped !== undefined) {
    process.stderr.write(`skipped: the fixtures are not compared with Python's csv module (${skipped})\n`);
    return;
  }
  const pythonFixtures = fixtures.filter(({ expectedRecords }) => expectedRecords === undefined);
  const read = readWithPython(pythonFixtures.map((fixture) => ({ ...fixture.python, path: paths.get(fixture) ?? '' })));
  pythonFixtures.forEach((fixture, index) => expected.set(fixture, read[index] ?? []));
});

const settingsOf = ({ options = {} }: Fixture) =>
  resolveDirect(parseOptions(makeRawOptions({ table: 'people', ...options }), ['people.csv']), processContext);

describe(`a fixture is read as Python's csv module reads it, in any chunks, seed ${seed}`, () => {
  it.for(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async ([, fixture], context) => {
    const records = expected.get(fixture);
    if (records === undefined) {
      context.skip(skipped);
      return;
    }
    const bytes = unpackedBytes(paths.get(fixture) ?? '');
    const whole = await readFixture([bytes], settingsOf(fixture));
    assertAsExpected(fixture, whole, records);
    assertAddsUp(whole, bytes);

    const rand = random(seed);
    for (const cuts of [1, 3, 10]) {
      expect(await readFixture(randomPieces(bytes, cuts, rand), settingsOf(fixture)), `${cuts} cuts`).toEqual(whole);
    }
    if (bytes.length < 4096) {
      for (const size of [1, 2, 3])
        expect(await readFixture(pieces(bytes, size), settingsOf(fixture)), `pieces of ${size}`).toEqual(whole);
    }
  });
});

function assertAsExpected(fixture: Fixture, found: ReadResult, expectedRecords: readonly PythonRecord[]): void {
  const { rejects = [], error } = fixture;
  const { read, map, source } = settingsOf(fixture);
  expect(found.error).toEqual(
    error && { code: error.code, place: { source: 'fixture.csv', line: error.line, record: error.record } },
  );

  const firstNumber = read.header ? 0 : 1;
  const numbered = expectedRecords.map((record, index) => ({ number: firstNumber + index, ...record }));
  const readable = numbered.slice(0, countReadable(error, firstNumber));
  const unreadable = new Set(rejects.filter(({ code }) => isUnreadable(code)).map(({ record }) => record));
  const comparable = ({
    number,
    line,
    fields,
  }: {
    number: number;
    line: number;
    fields: readonly (string | null)[] | undefined;
  }) => ({
    number,
    line,
    fields: unreadable.has(number) ? 'unreadable' : fields,
  });
  expect(found.records.map(comparable)).toEqual(readable.map(comparable));
  if (error?.code === 'HEADER_INVALID') return;

  const names = fixture.names ?? read.columns ?? numbered[0]?.fields.map((name) => name ?? '') ?? [];
  expect(found.names).toEqual(names);
  expect(found.rejects).toEqual(rejects);
  const rejected = new Set(rejects.map(({ record }) => record));
  const { skipRecords, maxRecords = Infinity } = source;
  const loaded = readable.filter(({ number }) => number > skipRecords && number <= skipRecords + maxRecords);
  const items = loaded.filter(({ number }) => number > 0 && !rejected.has(number));
  expect(found.items).toEqual(items.map(({ fields }) => makeItem(names, fields, map)));
}

/** Returns the number of records read before the error, including an unusable header. */
function countReadable(error: Fixture['error'], firstNumber: number): number {
  if (error?.record === undefined) return Infinity;
  return error.code === 'HEADER_INVALID' ? 1 : error.record - firstNumber;
}

const unreadableCodes: ReadonlySet<RejectCode> = new Set([
  'TEXT_AFTER_QUOTE',
  'STRAY_QUOTE',
  'UNCLOSED_QUOTE',
  'INVALID_ESCAPE',
  'INVALID_BYTES',
]);

/** Whether Python reads different fields from a record with this reject code. */
function isUnreadable(code: RejectCode): boolean {
  return unreadableCodes.has(code);
}

/** Asserts that every byte belongs to a record in order, or to a blank line. */
function assertAddsUp({ records, endOffset, blankBytes, error }: ReadResult, bytes: Buffer): void {
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
  it('has at least 60 fixtures with unique names', () => {
    const names = fixtures.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names).toEqual([...new Set(names)]);
  });

  it('matches the files of the folder', () => {
    const kept = fixtures.filter(({ generated }) => generated === undefined).map(({ name }) => `${name}.csv`);
    expect(readdirSync(fixtureFolder).sort()).toEqual(kept.sort());
  });

  it('has only files under 4 KiB', () => {
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

  it('explains each fixture whose records do not come from Python', () => {
    expect(fixtures.filter(({ expectedRecords, note }) => expectedRecords !== undefined && note === undefined)).toEqual(
      [],
    );
  });
});
