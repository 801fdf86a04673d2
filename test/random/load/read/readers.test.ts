import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { planColumns } from '../../../../src/load/map/columns.ts';
import { readHeader } from '../../../../src/load/map/header.ts';
import { compileMapper } from '../../../../src/load/map/mapper.ts';
import type { AttributeType, Ragged } from '../../../../src/load/settings.ts';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import type { CsvRecord, Dialect, Position } from '../../../../src/load/read/record.ts';
import { below, pick, random, sampled, type Random } from '../../../helpers/random.ts';
import { keysOf, outcomeOf, settingsWith, tableWith } from '../../../unit/load/map/records.ts';
import {
  byteReader,
  csvParseReader,
  dialect as rfc4180,
  randomPieces,
  readAll,
  type OpenReader,
} from '../../../unit/load/read/reading.ts';
import { modelReading } from './reader-model.ts';

/** Set SEED to reproduce a failure (the test title contains it), or SEEDS to run more of them. */
const firstSeed = Number(process.env['SEED'] ?? 20_240_607);
const seedCount = Number(process.env['SEEDS'] ?? (process.env['SEED'] === undefined ? 20 : 1));
const seeds = Array.from({ length: seedCount }, (_, i) => firstSeed + i);

const inputsPerSeed = 100;

describe.each(sampled(seeds))('ByteReader and CsvParseReader, seed %i', (seed) => {
  test('read any bytes the same in their common dialects', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const dialect = commonDialect(rand);
      const bytes = someBytes(dialect, 40, rand);
      const start = pick<Position>([sourceStart, sourceStart, { offset: 77, line: 5, record: 3 }], rand);
      const read = readAll(byteReader, randomPieces(bytes, below(6, rand), rand), dialect, start);
      const other = readAll(csvParseReader, randomPieces(bytes, below(6, rand), rand), dialect, start);
      assertSame(other, read, { dialect, bytes });
      assertSame(modelReading(bytes, dialect, start), read, { dialect, bytes });
    }
  });

  test('produce the same items and rejects', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed / 4; round++) {
      const dialect = { ...commonDialect(rand), maxRecordBytes: 200 };
      const names = ['id', 'a', 'b', 'c'].slice(0, 2 + below(3, rand));
      const types = new Map(names.slice(1).map((name) => [name, pick<AttributeType>(allTypes, rand)]));
      const header = Buffer.from(`${names.join(dialect.delimiter)}\n`);
      const lines = Array.from({ length: 10 }, () => someLine(dialect, names.length, rand));
      const bytes = Buffer.concat([header, ...lines]);
      const ragged = pick<Ragged>(['reject', 'pad', 'truncate'], rand);
      const [one, other] = [byteReader, csvParseReader].map((open) =>
        itemsOf(open, randomPieces(bytes, below(6, rand), rand), dialect, types, ragged),
      );
      expect(one?.length, show({ dialect, bytes })).toBeGreaterThan(0);
      assertSame(other, one, { dialect, bytes });
    }
  });
});

describe.each(sampled(seeds))('ByteReader in dialects that csv-parse does not have, seed %i', (seed) => {
  test('reads any bytes like the model, wherever they are split', () => {
    const rand = random(seed);
    for (let round = 0; round < 2 * inputsPerSeed; round++) {
      const dialect = byteReaderDialect(rand);
      const bytes = someBytes(dialect, 40, rand);
      const start = pick<Position>([sourceStart, sourceStart, { offset: 77, line: 5, record: 3 }], rand);
      const expected = modelReading(bytes, dialect, start);
      for (const cuts of [0, 1, 7]) {
        const read = readAll(byteReader, randomPieces(bytes, cuts, rand), dialect, start);
        assertSame(read, expected, { dialect, bytes });
      }
    }
  });

  test('without line endings in fields, reads each line as csv-parse reads it alone', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const dialect = { ...commonDialect(rand), comment: undefined, maxRecordBytes: 1000 };
      const bytes = someBytes(dialect, 40, rand);
      const { records } = readAll(byteReader, [bytes], { ...dialect, multiline: false });
      for (const { raw, fields, fault } of records) {
        const alone = readAll(csvParseReader, [Buffer.from(raw, 'latin1')], dialect, { offset: 1, line: 1, record: 1 });
        if (alone.error !== undefined) {
          // An earlier field may have text after its closing quote.
          expect(['UNCLOSED_QUOTE', 'TEXT_AFTER_QUOTE'], show({ dialect, bytes })).toContain(fault);
          expect(alone.error.code).toBe('UNCLOSED_QUOTE');
          continue;
        }
        const found = alone.records.map((one) => one.fault ?? one.fields);
        assertSame(found, [fault ?? fields], { dialect, bytes });
      }
    }
  });

  test('resumes at any record', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed / 10; round++) {
      const dialect = byteReaderDialect(rand);
      const bytes = someBytes(dialect, 80, rand);
      const all = readAll(byteReader, [bytes], dialect);
      for (const [index, { after }] of all.records.entries()) {
        const rest = readAll(byteReader, randomPieces(bytes.subarray(after.offset), 3, rand), dialect, after);
        const expected = { ...all, records: all.records.slice(index + 1), byteOrderMark: '', blankBytes: 0 };
        assertSame({ ...rest, blankBytes: 0 }, expected, { dialect, bytes });
      }
    }
  });
});

describe.each(sampled(seeds))('CsvParseReader, seed %i', (seed) => {
  test('reads any bytes like the model, wherever they are split', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const dialect = anyDialect(rand);
      const bytes = someBytes(dialect, 40, rand);
      const reading = readAll(csvParseReader, [bytes], dialect);
      assertSame(modelReading(bytes, dialect, sourceStart), reading, { dialect, bytes });
      for (let cuts = 1; cuts < 12; cuts += 5) {
        const cut = readAll(csvParseReader, randomPieces(bytes, cuts, rand), dialect);
        assertSame(cut, reading, { dialect, bytes });
      }
      const rawBytes = reading.records.reduce((sum, { raw }) => sum + raw.length, 0);
      expect(reading.end.offset, show({ dialect, bytes })).toBe(reading.blankBytes + rawBytes);
      if (reading.error === undefined) expect(reading.end.offset, show({ dialect, bytes })).toBe(bytes.length);
    }
  });

  test('finds the written fields', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed; round++) {
      const dialect = { ...anyDialect(rand), maxRecordBytes: 1000 };
      const written = Array.from({ length: 1 + below(5, rand) }, () =>
        Array.from({ length: 1 + below(4, rand) }, () => fieldOf(dialect, rand)),
      );
      const bytes = Buffer.from(writeAll(written, dialect, rand));
      const reading = readAll(csvParseReader, randomPieces(bytes, below(8, rand), rand), dialect);
      const fields = reading.records.map((record) => record.fields?.map((field) => fromLatin1(field ?? '')));
      assertSame(fields, written, { dialect, bytes });
    }
  });

  test('resumes at any record', () => {
    const rand = random(seed);
    for (let round = 0; round < inputsPerSeed / 10; round++) {
      const dialect = anyDialect(rand);
      const bytes = someBytes(dialect, 80, rand);
      const all = readAll(csvParseReader, [bytes], dialect);
      for (const [index, { after }] of all.records.entries()) {
        const rest = readAll(csvParseReader, randomPieces(bytes.subarray(after.offset), 3, rand), dialect, after);
        const expected = { ...all, records: all.records.slice(index + 1), byteOrderMark: '', blankBytes: 0 };
        assertSame({ ...rest, blankBytes: 0 }, expected, { dialect, bytes });
      }
    }
  });
});

/** Returns a dialect that both readers support, with tokens that are likely to occur in the input. */
function commonDialect(rand: Random): Dialect {
  const delimiter = pick([',', ',', ';', '\t', ' ', 'a', '\0', '|'], rand);
  const quote = pick<string | undefined>(['"', '"', "'", 'b', '~', '(', undefined], rand);
  const plain = { ...rfc4180, delimiter, quote, maxRecordBytes: pick([1000, 1 + below(30, rand)], rand) };
  if (rand() < 0.4) return plain;
  const escape = quote === undefined ? undefined : pick<string | undefined>([undefined, '\\', '^'], rand);
  return { ...plain, escape, comment: pick<string | undefined>([undefined, '#', '%'], rand), trim: rand() < 0.5 };
}

/** Returns a dialect with options that csv-parse does not have. The byte reader reads it, whatever its tokens. */
function byteReaderDialect(rand: Random): Dialect {
  const dialect = rand() < 0.7 ? commonDialect(rand) : anyDialect(rand);
  const strayQuotes = pick<Dialect['strayQuotes']>(['reject', 'text'], rand);
  if (rand() < 0.4) return { ...dialect, multiline: strayQuotes === 'reject' ? false : rand() < 0.5, strayQuotes };
  const unescape = pick<'postgres' | 'mysql' | 'redshift'>(['postgres', 'mysql', 'redshift'], rand);
  const letters = ['a', 'b'];
  return {
    ...dialect,
    delimiter: letters.includes(dialect.delimiter) ? ',' : dialect.delimiter,
    quote: unescape === 'postgres' || letters.includes(dialect.quote ?? '') ? undefined : dialect.quote,
    escape: undefined,
    trim: false,
    unescape,
    strayQuotes,
    multiline: rand() < 0.5,
  };
}

/** Returns a dialect that usually only csv-parse supports, and that `dialectProblem` accepts. */
function anyDialect(rand: Random): Dialect {
  const quote = pick<string | undefined>(['"', '"', '«', '<|', '/*', '「', undefined], rand);
  return {
    ...rfc4180,
    quote,
    delimiter: pick([',', '||', '::::', '¦', '、', '\t', ' ', ', '], rand),
    escape:
      quote === undefined ? undefined : pick<string | undefined>([undefined, undefined, '\\', '^', '%!', 'é'], rand),
    comment: pick<string | undefined>([undefined, '#', '//', '#!#', '…', '--'], rand),
    trim: rand() < 0.5,
    maxRecordBytes: pick([1000, 1 + below(40, rand)], rand),
  };
}

/** Returns bytes made of tokens of the dialect, parts of them, and text. */
function someBytes(dialect: Dialect, most: number, rand: Random): Buffer {
  const { delimiter, quote = '"', escape = quote, comment = '#', unescape } = dialect;
  const sequences =
    unescape === undefined ? [] : ['\\', '\\', '\\N', '\\n', '\\x4', '\\101', '\\.', '\\0', '\\\n', '\\\r\n'];
  const marks = [delimiter, delimiter, quote, quote, quote, escape, comment, ...sequences].map((mark) =>
    Buffer.from(mark),
  );
  const parts: [Buffer, ...Buffer[]] = [
    Buffer.from('a'),
    ...marks,
    ...marks.map((mark) => mark.subarray(0, 1)),
    ...['\n', '\n', '\r', '\r\n', 'b', 'x', ' ', '\t', '\u{a0}', '\u{2003}', '\u{feff}', 'é', '\0'].map((text) =>
      Buffer.from(text),
    ),
    Buffer.from([0xff]),
    Buffer.from([0xc3]),
    Buffer.from([0xe2, 0x80]),
    Buffer.concat([Buffer.from('\n'), Buffer.from(comment)]),
    Buffer.concat([Buffer.from(delimiter), Buffer.from(quote)]),
    Buffer.from(`a${quote}b${delimiter}c${quote}${delimiter}`),
  ];
  const mark = rand() < 0.1 ? [Buffer.from('\u{feff}')] : [];
  return Buffer.concat([...mark, ...Array.from({ length: below(most + 1, rand) }, () => pick(parts, rand))]);
}

const allTypes = ['S', 'N', 'BOOL', 'NULL', 'B'] as const;

/** Returns a line that becomes an item or is rejected for any reason. */
function someLine(dialect: Dialect, columns: number, rand: Random): Buffer {
  if (rand() < 0.2) return Buffer.concat([someBytes(dialect, 6, rand), Buffer.from('\n')]);
  const { delimiter, quote = '' } = dialect;
  const fields = Array.from({ length: columns }, () => {
    const text = pick(['k1', '12.50', 'true', '', 'aGk=', 'é', '1e400', 'x\ny', `${quote}${quote}`, '0'], rand);
    return rand() < 0.5 ? `${quote}${text}${quote}` : text;
  });
  return Buffer.from(fields.join(delimiter) + pick(['\n', '\r\n', '\r'], rand));
}

/** Returns the outcome of each record as text, with key and size, and last the error that ended the read. */
function itemsOf(
  open: OpenReader,
  chunks: Iterable<Buffer>,
  dialect: Dialect,
  types: ReadonlyMap<string, AttributeType>,
  ragged: Ragged,
): string[] {
  const reader = open(dialect, sourceStart);
  const settings = settingsWith({ types });
  let map: ReturnType<typeof compileMapper> | undefined;
  const outcomes: string[] = [];
  const take = (record: CsvRecord): void => {
    if (map === undefined) {
      const names = readHeader(record, {
        source: 'people.csv',
        rules: { unnamed: 'reject', sameName: 'reject' },
      });
      map = compileMapper(planColumns(names, settings), { fieldCount: names.length, ragged }, tableWith(), settings);
      return;
    }
    const mapped = map(record);
    const key = mapped.kind === 'item' ? ` ${keysOf(mapped).key} ${mapped.sizeBytes}` : '';
    outcomes.push(`${record.number} ${outcomeOf(mapped)}${key}`);
  };
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      while (reader.next()) take(reader.record);
    }
    reader.end();
    while (reader.next()) take(reader.record);
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    outcomes.push(error.code);
  }
  return outcomes;
}

/** Returns a field that may contain any tokens of the dialect, or none if there is no quote. */
function fieldOf({ delimiter, quote, escape, comment }: Dialect, rand: Random): string {
  const plain = ['a', 'é', 'x y', '1'] as const;
  const special = [delimiter, quote ?? '', escape ?? '', comment ?? '', '\n', '\r', '\r\n', ' ', '\u{2003}'];
  const parts: [string, ...string[]] = quote === undefined ? [...plain] : [...plain, ...special];
  return Array.from({ length: below(5, rand) }, () => pick(parts, rand)).join('');
}

/** Writes records in a dialect, with the required quotes, and random quotes, blank lines, comments and white space. */
function writeAll(records: readonly (readonly string[])[], dialect: Dialect, rand: Random): string {
  const lines = records.map((fields) => {
    // Without quotes, a single empty field would be a blank line.
    const line = fields.map((field) => writeField(field, fields.length === 1, dialect, rand)).join(dialect.delimiter);
    const lineEnd = pick(['\n', '\r\n', '\r'], rand);
    return `${rand() < 0.1 ? lineEnd : ''}${comment(dialect, rand)}${line}${lineEnd}`;
  });
  return (rand() < 0.1 ? '\u{feff}' : '') + lines.join('') + comment(dialect, rand);
}

function comment({ comment: mark, quote = '', delimiter }: Dialect, rand: Random): string {
  if (mark === undefined || rand() < 0.8) return '';
  return `${mark}${quote}a${delimiter}${quote}b${mark}${pick(['\n', '\r\n'], rand)}`;
}

function writeField(field: string, isAlone: boolean, dialect: Dialect, rand: Random): string {
  const { delimiter, quote, escape, comment: commentMark, trim } = dialect;
  const spaces = trim && delimiter.trim() !== '' ? pick(['', ' ', '\t', '\u{2003} '], rand) : '';
  if (quote === undefined) return spaces + (field === '' && isAlone ? 'a' : field) + spaces;
  const must =
    (field === '' && isAlone) ||
    field.trim() !== field ||
    field.includes(quote) ||
    (commentMark !== undefined && field.startsWith(commentMark)) ||
    /[\r\n]/.test(field) ||
    `${field}${delimiter}`.indexOf(delimiter) < field.length;
  if (!must && rand() < 0.7) return spaces + field + spaces;
  return spaces + quote + escaped(field, quote, escape) + quote + spaces;
}

function escaped(field: string, quote: string, escape: string | undefined): string {
  if (escape === undefined) return field.replaceAll(quote, quote + quote);
  return field.replaceAll(escape, escape + escape).replaceAll(quote, escape + quote);
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString();
}

/** Compares as text first, which is faster. */
function assertSame(actual: unknown, expected: unknown, input: { dialect: Dialect; bytes: Buffer }): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual, show(input)).toEqual(expected);
}

function show({ dialect, bytes }: { dialect: Dialect; bytes: Buffer }): string {
  return `${JSON.stringify(dialect)} ${JSON.stringify(bytes.toString('latin1'))}`;
}
