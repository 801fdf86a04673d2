import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { encodingNames } from '../../../../../src/load/read/encoding/encodings.ts';
import { below, pick, random, sampledCount, type Random } from '../../../../helpers/random.ts';
import {
  accountProblem,
  encodedReader,
  encodingOf,
  shown,
  textOf,
} from '../../../../unit/load/read/encoding/encoded-reading.ts';
import { dialect, randomPieces, readAll, type Reading } from '../../../../unit/load/read/reading.ts';

/** Set SEED to reproduce a failure. The test title contains it. */
const seed = Number(process.env['SEED'] ?? 20_240_607);
const names = encodingNames.filter((name) => name !== 'utf-8');

const textsPerEncoding = sampledCount(25);
const garbagePerEncoding = sampledCount(50);

describe(`EncodedReader, seed ${seed}`, () => {
  test.each(names)('%s: reads what iconv-lite writes, and resumes at each record', (name) => {
    const rand = random(seed);
    const characters = charactersOf(name);
    for (let round = 0; round < textsPerEncoding; round++) {
      const written = Array.from({ length: 1 + below(6, rand) }, () =>
        Array.from({ length: 1 + below(4, rand) }, () => text(characters, rand)),
      );
      const lines = written.map((fields) => line(fields, rand));
      const encoded = lines.map((one) => iconv.encode(one, name));
      const bytes = Buffer.concat(encoded);
      const reading = readAll(encodedReader(name), randomPieces(bytes, below(8, rand), rand));
      const seen = JSON.stringify(lines);
      expect(textOf(reading), seen).toEqual(written);
      expect(
        reading.records.map(({ raw }) => Buffer.from(raw, 'latin1')),
        seen,
      ).toEqual(encoded);
      expect(accountProblem(reading, bytes), seen).toBeUndefined();
    }
  });

  test.each(names)('%s: reads any bytes the same wherever they are split or resumed', (name) => {
    const rand = random(seed);
    for (let round = 0; round < garbagePerEncoding; round++) {
      const bytes = garbage(name, rand);
      const options = { maxRecordBytes: pick([10, 30, dialect.maxRecordBytes], rand) };
      const reading = readAll(encodedReader(name), [bytes], options);
      const seen = bytes.toString('hex');
      expect(accountProblem(reading, bytes), seen).toBeUndefined();
      for (let cuts = 1; cuts < 12; cuts += 5) {
        expect(readAll(encodedReader(name), randomPieces(bytes, cuts, rand), options), seen).toEqual(reading);
      }
      expectSameRests(name, bytes, reading, options, seen);
    }
  });

  test.each(names)('%s: the fields contain the characters of the raw bytes', (name) => {
    const rand = random(seed);
    for (let round = 0; round < garbagePerEncoding; round++) {
      const bytes = garbage(name, rand);
      // Without quotes and delimiters, a record is a line.
      const reading = readAll(encodedReader(name), [bytes], { quote: undefined, delimiter: '\u0001' });
      for (const { raw, fields } of reading.records) {
        const field = fields?.map((one) => shown(Buffer.from(one ?? '', 'latin1'))).join('\u0001');
        expect(field, raw).toBe(decoded(name, Buffer.from(raw, 'latin1')).replace(/(\r\n|\r|\n)$/, ''));
      }
    }
  });

  test.each(['utf-16le', 'utf-16be'])('%s: decodes any bytes like Node.js', (name) => {
    const rand = random(seed);
    for (let round = 0; round < 500; round++) {
      const any = garbage(name, rand);
      // Node.js combines half a unit at the end with a surrogate before it.
      const bytes = any.subarray(0, any.length - (any.length % 2));
      const expected = new TextDecoder(name, { ignoreBOM: true }).decode(bytes);
      expect(decoded(name, bytes).replaceAll('␦', '\ufffd'), bytes.toString('hex')).toBe(expected);
    }
  });
});

function expectSameRests(name: string, bytes: Buffer, all: Reading, options: object, seen: string): void {
  for (const [index, { after }] of all.records.entries()) {
    const rest = readAll(encodedReader(name), [bytes.subarray(after.offset)], options, after);
    const { records, error, end } = all;
    expect(rest, seen).toMatchObject({ records: records.slice(index + 1), error, end });
  }
}

/** Returns characters of an encoding, including ASCII. */
function charactersOf(name: string): [string, ...string[]] {
  const special = ['a', 'b', ' ', ',', '"', '\\', '|', '\r', '\n', '\r\n'];
  const found: string[] = [];
  const isOfUnicode = name.startsWith('utf-') || name === 'gb18030';
  // A prime step selects some characters of each block. Few encodings have characters beyond the first plane.
  for (let codePoint = 0xa0; codePoint < (isOfUnicode ? 0x20000 : 0x10000); codePoint += 7) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    // iconv-lite encodes U+FFFD as an invalid byte.
    if (codePoint === 0xfffd && !isOfUnicode) continue;
    const character = String.fromCodePoint(codePoint);
    if (iconv.decode(iconv.encode(character, name), name, { stripBOM: false }) === character) found.push(character);
  }
  // iconv-lite has these instead of the euro.
  const known = found.filter((character) => !(name.startsWith('mac') && /[¤\u2126]/.test(character)));
  return ['é', ...special, ...(known.length > 0 ? known : ['c'])].slice(1) as [string, ...string[]];
}

function text(characters: readonly [string, ...string[]], rand: Random): string {
  const isPlain = rand() < 0.3;
  const length = below(8, rand);
  return Array.from({ length }, () => characters[below(isPlain ? 10 : characters.length, rand)] ?? '').join('');
}

function line(fields: readonly string[], rand: Random): string {
  const written = fields.map((field) => {
    const mustBeQuoted = /^"|[,\r\n]/.test(field) || (field === '' && fields.length === 1);
    return mustBeQuoted || rand() < 0.3 ? `"${field.replaceAll('"', '""')}"` : field;
  });
  return written.join(',') + pick(['\n', '\r\n', '\r'], rand);
}

/** Returns random bytes, many of them special; for utf-16 mostly in whole units. */
function garbage(name: string, rand: Random): Buffer {
  const special = [
    0x2c, 0x22, 0x0a, 0x0d, 0x61, 0x30, 0x39, 0x5c, 0x81, 0x84, 0x8e, 0x8f, 0xa1, 0xfe, 0xff, 0x31, 0x95,
  ];
  const byte = (): number => (rand() < 0.6 ? (special[below(special.length, rand)] ?? 0) : below(0x100, rand));
  const length = below(60, rand);
  if (!name.startsWith('utf-16')) return Buffer.from(Array.from({ length }, byte));
  const bytes = Array.from({ length: length / 2 }, () => {
    const unit = rand() < 0.3 ? 0xd800 + below(0x800, rand) : rand() < 0.7 ? byte() : (byte() << 8) | byte();
    return name === 'utf-16le' ? [unit & 0xff, unit >> 8] : [unit >> 8, unit & 0xff];
  }).flat();
  return Buffer.from(rand() < 0.1 ? [...bytes, byte()] : bytes);
}

/** Decodes bytes character by character. An incomplete character at the end is invalid. */
function decoded(name: string, bytes: Buffer): string {
  const encoding = encodingOf(name);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = encoding.read(bytes, at, bytes.length);
    const word = Buffer.alloc(4);
    word.writeInt32LE(length === 0 ? 0xff : encoding.word);
    parts.push(shown(Buffer.from(word.toString('latin1').replace(/(?!^)\0+$/, ''), 'latin1')));
    at += length === 0 ? encoding.unitBytes : length;
  }
  return parts.join('');
}
