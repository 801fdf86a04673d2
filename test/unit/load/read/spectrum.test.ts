import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { byteReader, csvParseReader, pieces, readAll } from './reading.ts';

const folder = dirname(createRequire(import.meta.url).resolve('csv-spectrum/package.json'));
const names = readdirSync(join(folder, 'csvs')).map((file) => basename(file, '.csv'));

/** Corrected values, if the JSON differs from its CSV. */
const corrected: Readonly<Record<string, unknown>> = {
  location_coordinates: [
    {
      'Contact Phone Number': '2095257564',
      'Location Coordinates': '37\u{fffd}36\'37.8"N 121\u{fffd}2\'17.9"W',
      Cities: 'Modesto',
      Counties: 'Stanislaus',
    },
  ],
};

describe.each([
  ['ByteReader', byteReader],
  ['CsvParseReader', csvParseReader],
] as const)('%s and the csv-spectrum files', (_, open) => {
  test('the files exist', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
  });

  test.each(names)('%s is read correctly', (name) => {
    const bytes = readFileSync(join(folder, 'csvs', `${name}.csv`));
    const expected =
      corrected[name] ?? (JSON.parse(readFileSync(join(folder, 'json', `${name}.json`), 'utf8')) as unknown);
    for (const size of [bytes.length, 1]) {
      const { records, error } = readAll(open, pieces(bytes, size));
      expect(error).toBe(undefined);
      const [header = [], ...dataRecords] = records.map(({ fields }) =>
        fields?.map((field) => Buffer.from(field ?? '', 'latin1').toString()),
      );
      const items = dataRecords.map((fields) => Object.fromEntries(header.map((column, i) => [column, fields?.[i]])));
      expect(items).toEqual(expected);
    }
  });
});
