import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { sourceStart } from '../../../../../src/load/read/start-position.ts';
import type { Dialect, Position } from '../../../../../src/load/read/record.ts';
import { random } from '../../../../helpers/random.ts';
import { accountProblem, encodedReader, textOf } from './encoded-reading.ts';
import { byteReader, csvParseReader, dialect, pieces, randomPieces, readAll, type OpenReader } from '../reading.ts';

interface Case {
  readonly title: string;
  readonly encoding: string;
  readonly bytes: Buffer;
  /** The fields of each record, with `␦` for an invalid sequence, or its fault. */
  readonly records: readonly (readonly string[] | 'TEXT_AFTER_QUOTE')[];
  readonly options?: Partial<Dialect>;
  readonly start?: Position;
  /** Default: 0. */
  readonly blankBytes?: number;
  /** In hex (default: none). */
  readonly mark?: string;
}

/** A header, a record of words, and one with the same words quoted, with delimiter, quote and line ending inside. */
function ofWords(encoding: string, first: string, second: string): Case {
  const text = `name,text\r\n${first},${second}\r\n"${first}, ""${second}""\r\n${first}",${second}\n`;
  return {
    title: `${encoding}: ${first}, ${second}`,
    encoding,
    bytes: iconv.encode(text, encoding),
    records: [
      ['name', 'text'],
      [first, second],
      [`${first}, "${second}"\r\n${first}`, second],
    ],
  };
}

/** Parses bytes in hex, with ASCII text between `'`. */
function bytesOf(text: string): Buffer {
  return Buffer.concat(
    text.split("'").map((part, i) => (i % 2 === 0 ? Buffer.from(part.replaceAll(' ', ''), 'hex') : Buffer.from(part))),
  );
}

const cases: readonly Case[] = [
  ofWords('iso-8859-1', 'Zoë', 'façade'),
  ofWords('iso-8859-2', 'Łódź', 'Győr'),
  ofWords('iso-8859-7', 'Αθήνα', 'ώρα'),
  ofWords('windows-1252', '“Köln”', '€ 5 – 6'),
  ofWords('windows-1251', 'Москва', 'Ёлка'),
  ofWords('windows-1255', 'שלום', 'ארץ'),
  ofWords('koi8-r', 'Москва', 'улица'),
  ofWords('cp437', 'über', '½ ▓'),
  ofWords('cp866', 'Ёж', 'Щука'),
  ofWords('macintosh', 'déjà', 'naïve'),
  ofWords('tis-620', 'กรุงเทพ', 'ไทย'),
  ofWords('shift_jis', 'ソース', '表示 ｱｲｳ'),
  ofWords('euc-jp', '日本語', 'ﾃｽﾄ'),
  ofWords('gbk', '你好', '乗亅'),
  ofWords('gb18030', '你好', '😀 ḿ 𠀀'),
  ofWords('big5', '功能', '許蓋'),
  ofWords('euc-kr', '한국어', '뷁'),
  ofWords('utf-16le', '日本', '😀 é \ufffd'),
  ofWords('utf-16be', '日本', '😀 é \ufffd'),

  { title: 'an empty source has no record', encoding: 'shift_jis', bytes: Buffer.alloc(0), records: [] },
  {
    title: 'a shift_jis trail byte that looks like the delimiter | or the quote \\ is neither',
    encoding: 'shift_jis',
    // ポ is 83 7C, ソ is 83 5C
    bytes: bytesOf("83 7c '|' 83 5c 0a '\\' 83 5c '|' 83 7c '\\|x' 0a"),
    options: { delimiter: '|', quote: '\\' },
    records: [
      ['ポ', 'ソ'],
      ['ソ|ポ', 'x'],
    ],
  },
  {
    title: 'a gbk trail byte that looks like | or \\ is neither',
    encoding: 'gbk',
    bytes: bytesOf("81 7c '|' 81 5c 0a '\\' 81 5c '|' 81 7c '\\|x' 0a"),
    options: { delimiter: '|', quote: '\\' },
    records: [
      ['亅', '乗'],
      ['乗|亅', 'x'],
    ],
  },
  {
    title: 'a big5 trail byte that looks like | or \\ is neither',
    encoding: 'big5',
    bytes: bytesOf("a8 7c '|' a5 5c 0a '\\' a5 5c '|' a8 7c '\\|x' 0a"),
    options: { delimiter: '|', quote: '\\' },
    records: [
      ['育', '功'],
      ['功|育', 'x'],
    ],
  },
  {
    title: 'digits inside a four-byte gb18030 character are not the delimiter',
    encoding: 'gb18030',
    bytes: bytesOf("'a0' 81 30 81 30 '0b' 0a"),
    options: { delimiter: '0' },
    records: [['a', '\u0080', 'b']],
  },
  {
    title: 'utf-16 bytes that look like line endings, quotes and delimiters are text',
    encoding: 'utf-16le',
    bytes: iconv.encode('\u0a0d,\u2c22\u220a,\u0d0a\n', 'utf-16le'),
    records: [['\u0a0d', '\u2c22\u220a', '\u0d0a']],
  },
  {
    title: 'a big5 character that is two Unicode characters is read around a line ending',
    encoding: 'big5',
    bytes: bytesOf("88 62 0a 88 a5 ',' 88 62"),
    records: [['\u00ca\u0304'], ['\u00ea\u030c', '\u00ca\u0304']],
  },
  {
    title: 'a delimiter may have different bytes in the source',
    encoding: 'utf-16be',
    bytes: iconv.encode('a\tb\r\n', 'utf-16be'),
    options: { delimiter: '\t' },
    records: [['a', 'b']],
  },
  {
    title: 'text after a closing quote is a fault',
    encoding: 'windows-1252',
    bytes: bytesOf("'\"' e9 '\"x' 0a e9 0a"),
    records: ['TEXT_AFTER_QUOTE', ['é']],
  },
  {
    title: 'utf-16 blank lines are skipped',
    encoding: 'utf-16le',
    bytes: iconv.encode('\r\n\na\r\n\r\n\r日\n\n', 'utf-16le'),
    blankBytes: 14,
    records: [['a'], ['日']],
  },

  {
    title: 'an undefined byte is invalid',
    encoding: 'windows-1252',
    bytes: bytesOf("'a' 0a 81 ',b' 0a e9 0a"),
    records: [['a'], ['␦', 'b'], ['é']],
  },
  {
    title: 'a lead byte before a delimiter, a quote, a line ending or the end is invalid',
    encoding: 'shift_jis',
    bytes: bytesOf("'a,b' 0a 83 ',b' 0a '\"a' 83 '\",b' 0a 'a,b' 83 0a 'a,b' 0d0a 'c' 83"),
    records: [['a', 'b'], ['␦', 'b'], ['a␦', 'b'], ['a', 'b␦'], ['a', 'b'], ['c␦']],
  },
  {
    title: 'a lead byte before CRLF is invalid',
    encoding: 'euc-kr',
    bytes: bytesOf("'a' c7 0d0a c7 d1 0d0a"),
    records: [['a␦'], ['한']],
  },
  {
    title: 'half of a four-byte character is invalid',
    encoding: 'gb18030',
    bytes: bytesOf("81 30 ',' 81 30 81 0a '\"' 81 30 '\"' 0a 'a' 0a 81 30 81"),
    records: [['␦0', '␦0␦'], ['␦0'], ['a'], ['␦0␦']],
  },
  {
    title: 'an incomplete three-byte euc-jp character is invalid',
    encoding: 'euc-jp',
    bytes: bytesOf("8f a2 ',' 8f ',' 8f a2 af 0a 8f a2"),
    records: [['␦', '␦', '\u02d8'], ['␦␦']],
  },
  {
    title: 'unpaired surrogates are invalid',
    encoding: 'utf-16be',
    bytes: bytesOf('d83d 000a de00 002c d83d d83d de00 000a d83d'),
    records: [['␦'], ['␦', '␦😀'], ['␦']],
  },
  {
    title: 'half a unit at the end is invalid',
    encoding: 'utf-16le',
    bytes: bytesOf('6100 0a00 6200 0a'),
    records: [['a'], ['b␦']],
  },
  {
    title: 'a lead surrogate and half a unit at the end are invalid',
    encoding: 'utf-16be',
    bytes: bytesOf('0061 d800 0a'),
    records: [['a␦␦']],
  },
  { title: 'a single utf-16 byte is invalid', encoding: 'utf-16le', bytes: bytesOf('61'), records: [['␦']] },
  {
    title: 'U+FFFD in the source is text',
    encoding: 'gb18030',
    bytes: bytesOf("84 31 a4 37 ',' ff 0a"),
    records: [['\ufffd', '␦']],
  },

  {
    title: 'a utf-16le byte-order mark is skipped',
    encoding: 'utf-16le',
    bytes: iconv.encode('\ufeff"id",x\n1,2\n', 'utf-16le'),
    mark: 'fffe',
    blankBytes: 2,
    records: [
      ['id', 'x'],
      ['1', '2'],
    ],
  },
  {
    title: 'a utf-16be byte-order mark before a blank line is skipped',
    encoding: 'utf-16be',
    bytes: iconv.encode('\ufeff\r\nid\n', 'utf-16be'),
    mark: 'feff',
    blankBytes: 6,
    records: [['id']],
  },
  {
    title: 'a gb18030 byte-order mark is skipped',
    encoding: 'gb18030',
    bytes: bytesOf("84 31 95 33 'id' 0a"),
    mark: '84319533',
    blankBytes: 4,
    records: [['id']],
  },
  {
    title: 'a byte-order mark alone is not a record',
    encoding: 'utf-16le',
    bytes: bytesOf('fffe'),
    mark: 'fffe',
    blankBytes: 2,
    records: [],
  },
  {
    title: 'a byte-order mark at a resumed position is text',
    encoding: 'utf-16le',
    bytes: iconv.encode('\ufeffa\n', 'utf-16le'),
    start: { offset: 90, line: 7, record: 4 },
    records: [['\ufeffa']],
  },
  {
    title: 'the second of two byte-order marks is text',
    encoding: 'utf-16le',
    bytes: iconv.encode('\ufeff\ufeffa\n', 'utf-16le'),
    mark: 'fffe',
    blankBytes: 2,
    records: [['\ufeffa']],
  },
  {
    title: 'the UTF-8 byte-order mark is text in other encodings',
    encoding: 'iso-8859-1',
    bytes: bytesOf("efbbbf 'id' 0a"),
    records: [['ï»¿id']],
  },
];

/** Cases that only csv-parse supports. */
const casesOfCsvParse: readonly Case[] = [
  {
    title: 'the delimiter may have two bytes, and comments are skipped',
    encoding: 'shift_jis',
    // 、 is 81 41, ※ is 81 a6
    bytes: bytesOf("'a' 81 41 'b' 0a 81a6 83 '\",' 0a 0a '\"c' 8141 '\"' 8141 83 0a 'd' 8141 83 5c 0a"),
    options: { delimiter: '、', comment: '※' },
    blankBytes: 7,
    records: [
      ['a', 'b'],
      ['c、', '␦'],
      ['d', 'ソ'],
    ],
  },
  {
    title: 'escapes are removed and white space is trimmed',
    encoding: 'utf-16le',
    bytes: iconv.encode('\ufeff a , "é\\"日" \r\n x,y\r\n', 'utf-16le'),
    options: { escape: '\\', trim: true },
    mark: 'fffe',
    blankBytes: 2,
    records: [
      ['a', 'é"日'],
      ['x', 'y'],
    ],
  },
];

const kinds: readonly (readonly [name: string, inner: OpenReader, cases: readonly Case[]])[] = [
  ['the byte reader', byteReader, cases],
  ['csv-parse', csvParseReader, [...cases, ...casesOfCsvParse]],
];

describe.each(kinds)('EncodedReader with %s', (_, inner, casesOfKind) => {
  describe.each(casesOfKind)('$title', (one) => {
    const { encoding, bytes, records, options, start = sourceStart, blankBytes = 0, mark = '' } = one;
    const open = encodedReader(encoding, inner);
    const inOneChunk = readAll(open, [bytes], options, start);

    test('is read in one chunk', () => {
      expect(textOf(inOneChunk)).toEqual(records);
      expect(inOneChunk.records.map(({ number }) => number)).toEqual(records.map((_, i) => start.record + i));
      const byteOrderMark = Buffer.from(mark, 'hex').toString('latin1');
      expect(inOneChunk).toMatchObject({ error: undefined, blankBytes, byteOrderMark });
      expect(accountProblem(inOneChunk, bytes, start)).toBeUndefined();
    });

    test('is read in two chunks, split anywhere', () => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const halves = [bytes.subarray(0, cut), bytes.subarray(cut)];
        expect(readAll(open, halves, options, start), `cut at ${cut}`).toEqual(inOneChunk);
      }
      for (const size of [1, 2, 3]) expect(readAll(open, pieces(bytes, size), options, start)).toEqual(inOneChunk);
    });

    test('resumes at every record', () => {
      for (const [index, { after }] of inOneChunk.records.entries()) {
        const rest = readAll(open, [bytes.subarray(after.offset - start.offset)], options, after);
        expect(rest.records).toEqual(inOneChunk.records.slice(index + 1));
        expect(rest.end).toEqual(inOneChunk.end);
      }
    });
  });
});

describe('EncodedReader', () => {
  test('reads characters at any block boundary', () => {
    for (const [encoding, character] of [
      ['windows-1252', '€'],
      ['shift_jis', 'ソ'],
      ['gb18030', 'ḿ'],
      ['utf-16le', '😀'],
    ] as const) {
      for (let shift = 0; shift < 5; shift++) {
        const text = `${'a'.repeat(shift)}${character.repeat(60_000)}${'b'.repeat(200_000)}${character}`;
        const reading = readAll(encodedReader(encoding), [iconv.encode(`${text}\n${character}\n`, encoding)]);
        // Compared as one text, because comparing long fields is slow.
        expect(textOf(reading).join('|') === `${text}|${character}`, `${encoding} after ${shift}`).toBe(true);
      }
    }
  });

  test('reports the position of a record that is too long', () => {
    const bytes = iconv.encode('\ufeffa\n\n\n日日日日\n', 'utf-16le');
    const options = { maxRecordBytes: 12 };
    const reading = readAll(encodedReader('utf-16le'), [bytes], options);
    expect(reading).toMatchObject({
      error: { code: 'RECORD_TOO_LONG', place: { source: 'people.csv', line: 4, record: 1 } },
      blankBytes: 6,
      end: { offset: 10, line: 4, record: 1 },
    });
    expect(accountProblem(reading, bytes)).toBeUndefined();
    for (const size of [1, 2, 3])
      expect(readAll(encodedReader('utf-16le'), pieces(bytes, size), options)).toEqual(reading);
  });

  test('reports the position of a quote that is never closed', () => {
    const bytes = bytesOf("'a' 0a 0a '\"' 83 5c 0a 'b' 83");
    const reading = readAll(encodedReader('shift_jis'), [bytes]);
    expect(reading).toMatchObject({
      error: { code: 'UNCLOSED_QUOTE', place: { line: 3, record: 1 } },
      blankBytes: 1,
      end: { offset: 3, line: 3, record: 1 },
    });
    expect(readAll(encodedReader('shift_jis'), pieces(bytes, 1))).toEqual(reading);
  });

  test('reads records after all chunks were pushed and ended', () => {
    const reader = encodedReader('utf-16be')(dialect, sourceStart);
    for (const piece of pieces(iconv.encode('\ufeffa,b\né,日\n', 'utf-16be'), 3)) reader.push(piece);
    reader.end();
    expect([reader.next(), reader.next(), reader.next()]).toEqual([true, true, false]);
    expect(reader.position).toEqual({ offset: 18, line: 3, record: 2 });
    expect(reader.record).toMatchObject({ offset: 10, line: 2, number: 1 });
  });

  test('returns a record as soon as its LF arrives, with a position before the blank lines that follow', () => {
    const reader = encodedReader('utf-16le')(dialect, sourceStart);
    reader.push(Buffer.from('61000a', 'hex'));
    expect(reader.next()).toBe(false);
    reader.push(Buffer.from('000a00', 'hex'));
    expect(reader.next()).toBe(true);
    expect(reader.position).toEqual({ offset: 4, line: 2, record: 1 });
    expect(reader.blankBytes).toBe(0);
    expect(reader.next()).toBe(false);
    expect(reader.blankBytes).toBe(2);
    expect(reader.position).toEqual({ offset: 6, line: 3, record: 1 });
  });

  test('reads a record far longer than the chunks in linear time', () => {
    const bytes = iconv.encode(`"${'é\n'.repeat(1_000_000)}"\n`, 'utf-16le');
    const startedMs = performance.now();
    expect(readAll(encodedReader('utf-16le'), pieces(bytes, 16)).records).toHaveLength(1);
    // A second if linear, minutes if each chunk rescans the bytes before it.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  test('an invalid sequence affects only its own record, wherever the source is split', () => {
    const good = iconv.encode('1,東京\r\n', 'shift_jis');
    const bad = bytesOf("'2,' 93 8c 8b ',' 0d0a");
    const bytes = Buffer.concat([good, bad, good, bad, good]);
    const rand = random(1);
    for (let round = 0; round < 20; round++) {
      const reading = readAll(encodedReader('shift_jis'), randomPieces(bytes, round, rand));
      expect(reading.records.map(({ raw }) => Buffer.from(raw, 'latin1'))).toEqual([good, bad, good, bad, good]);
      const [first, second] = [
        ['1', '東京'],
        ['2', '東␦', ''],
      ];
      expect(textOf(reading)).toEqual([first, second, first, second, first]);
    }
  });
});
