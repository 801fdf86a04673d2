import { Buffer } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { below, pick, random, sampled, type Random } from '../../../helpers/random.ts';
import { byteReader, randomPieces, readAll, type Reading } from '../../../unit/load/read/reading.ts';

/** Set SEED to reproduce a failure. The test title contains it. */
const firstSeed = Number(process.env['SEED'] ?? 20_240_607);
const seeds = Array.from({ length: process.env['SEED'] === undefined ? 40 : 1 }, (_, i) => firstSeed + i);

const inputsPerSeed = 100;

describe.each(sampled(seeds))('ByteReader, seed %i', (seed) => {
  test('finds the written fields, like csv-parse', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const written = Array.from({ length: 1 + below(6, rand) }, () =>
        Array.from({ length: 1 + below(4, rand) }, () => text(rand, ['a', ' ', 'é', ',', '"', '\n', '\r', '\r\n'], 6)),
      );
      const bytes = Buffer.from(write(written, rand));
      const reading = readAll(byteReader, randomPieces(bytes, below(8, rand), rand));
      const expected = written.map((fields) => fields.map((field) => Buffer.from(field).toString('latin1')));
      expect(fieldsOf(reading), show(bytes)).toEqual(expected);
      expect(csvParse(bytes), show(bytes)).toEqual(expected);
    }
  });

  test('reads any bytes the same wherever they are split, accounts for each byte, and agrees with csv-parse', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const bytes = Buffer.from(
        text(rand, ['a', 'a', 'b', ',', ',', '"', '"', '\n', '\r', '\r\n', ' ', '\u{feff}'], 40),
      );
      const options = { maxRecordBytes: 1 + below(60, rand) };
      const reading = readAll(byteReader, [bytes], options);
      for (let cuts = 1; cuts < 12; cuts += 5) {
        expect(readAll(byteReader, randomPieces(bytes, cuts, rand), options), show(bytes)).toEqual(reading);
      }
      const rawBytes = reading.records.reduce((sum, { raw }) => sum + raw.length, 0);
      expect(reading.end.offset, show(bytes)).toBe(reading.blankBytes + rawBytes);
      if (reading.error !== undefined) continue;
      expect(reading.end.offset, show(bytes)).toBe(bytes.length);
      expect(reading.end.line, show(bytes)).toBe(lineEnds(bytes) + 1);
      // After text behind a closing quote, csv-parse reads the rest of the file differently.
      if (!reading.records.some(({ fault }) => fault !== undefined)) {
        expect(fieldsOf(reading), show(bytes)).toEqual(csvParse(bytes));
      }
    }
  });

  test('resumes at any record', () => {
    const rand = random(seed);
    const bytes = Buffer.from(text(rand, ['a', 'b,', '"c\n"', '"d""e"', '\n', '\r', '\r\n'], 200));
    const all = readAll(byteReader, [bytes]);
    for (const [index, { after }] of all.records.entries()) {
      const rest = readAll(byteReader, randomPieces(bytes.subarray(after.offset), 3, rand), {}, after);
      expect({ ...rest, blankBytes: 0 }, show(bytes)).toEqual({
        ...all,
        blankBytes: 0,
        records: all.records.slice(index + 1),
      });
    }
  });
});

function text(rand: Random, alphabet: readonly [string, ...string[]], maxLength: number): string {
  return Array.from({ length: below(maxLength + 1, rand) }, () => pick(alphabet, rand)).join('');
}

/** Writes random line endings, quotes and blank lines. */
function write(records: readonly (readonly string[])[], rand: Random): string {
  const lineEnd = (): string => pick(['\n', '\r\n', '\r'], rand);
  const lines = records.map((fields) =>
    fields
      .map((field) => {
        const mustBeQuoted = /[",\r\n]/.test(field) || (field === '' && fields.length === 1);
        return mustBeQuoted || rand() < 0.3 ? `"${field.replaceAll('"', '""')}"` : field;
      })
      .join(','),
  );
  // A CR followed by the LF of a blank line would be one line ending, which does not matter here.
  return lines.map((line) => (rand() < 0.1 ? lineEnd() : '') + line + lineEnd()).join('');
}

function csvParse(bytes: Buffer): string[][] {
  const hasMark = bytes.subarray(0, 3).equals(Buffer.from('\u{feff}'));
  return parse(bytes.subarray(hasMark ? 3 : 0), {
    encoding: 'latin1',
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  });
}

function fieldsOf(reading: Reading): Reading['records'][number]['fields'][] {
  return reading.records.map(({ fields }) => fields);
}

function lineEnds(bytes: Buffer): number {
  return bytes.toString('latin1').split(/\r\n|\r|\n/).length - 1;
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.toString());
}
