import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { encodeCodePoint, invalidByte, utf8Length } from '../../../../../src/load/read/encoding/encoding.ts';
import { encodingNames } from '../../../../../src/load/read/encoding/encodings.ts';
import { openEncoding } from '../../../../../src/load/read/encoding/open-encoding.ts';
import { encodingOf, shown } from './encoded-reading.ts';

/** `␦` is an invalid sequence, `…` an incomplete one. */
const cases: readonly (readonly [encoding: string, bytes: string, text: string])[] = [
  ['us-ascii', '61 e9 62', 'a␦b'],
  ['iso-8859-1', '80 9f a0 e9 ff', '\u0080\u009f\u00a0éÿ'],
  ['iso-8859-15', 'a4', '€'],
  ['windows-1252', '80 81 8d 93 e9', '€␦␦“é'],
  ['windows-1251', 'cc ee f1 ea e2 e0 98', 'Москва␦'],
  ['windows-1255', 'ca', '\u05ba'],
  ['koi8-r', 'ed cf d3 cb d7 c1', 'Москва'],
  ['cp437', '81 9b', 'ü¢'],
  ['cp866', '8c ae e1 aa a2 a0', 'Москва'],
  ['cp864', '24 25', '$٪'],
  ['macintosh', '8e db bd f0', 'é€Ω\uf8ff'],
  ['mac-cyrillic', '80 a2 ff', 'АҐ€'],
  ['mac-centeuro', '8b', 'č'],

  ['shift_jis', '83 5c 95 5c 83 7c b1 41', 'ソ表ポｱA'],
  ['shift_jis', '81 2c', '␦,'],
  ['shift_jis', '81 0a', '␦\n'],
  ['shift_jis', '81 ff 61', '␦a'],
  ['shift_jis', 'a0 fd ff', '␦␦␦'],
  ['shift_jis', '41 83', 'A…'],
  ['euc-jp', 'c6 fc 8e b1 8f a2 af 41', '日ｱ\u02d8A'],
  ['euc-jp', 'c6 2c 8f 2c 8f a2 2c', '␦,␦,␦,'],
  ['euc-jp', '8f ff 2c 8f a2 ff 41', '␦,␦A'],
  ['euc-jp', '80 a0 ff', '␦␦␦'],
  ['euc-jp', '8f a2', '…'],
  ['gbk', '80 c4 e3 81 5c 81 7c', '€你乗亅'],
  ['gbk', '81 30 ff c4 22', '␦0␦␦"'],
  ['gb18030', 'c4 e3 81 30 81 30 95 32 82 36', '你\u0080𠀀'],
  ['gb18030', '84 31 a4 37', '\ufffd'],
  ['gb18030', '84 31 95 33', '\ufeff'],
  ['gb18030', '81 35 f4 37', '\ue7c7'],
  ['gb18030', '84 31 a4 39 84 31 a5 30 90 30 81 30 e3 32 9a 35', '\uffff␦\u{10000}\u{10ffff}'],
  ['gb18030', 'e3 32 9a 36 fe 39 fe 39 41', '␦␦A'],
  ['gb18030', '81 30 2c 81 30 81 2c', '␦0,␦0␦,'],
  ['gb18030', '81 30 ff 81 30 81', '␦0␦…'],
  // RFC 2319, like Python and iconv. The Encoding Standard has the letters ў and Ў here.
  ['koi8-u', 'a4 ae be b4', 'є╝╬Є'],
  ['big5', 'a4 a4 a5 5c a8 7c', '中功育'],
  ['big5', '88 62 88 a5', '\u00ca\u0304\u00ea\u030c'],
  ['big5', 'a4 22 80 ff', '␦"␦␦'],
  ['cp950', 'a4 a4 a1 45 88 62', '中\u2027␦b'],
  ['euc-kr', 'c7 d1 81 41', '한갂'],
  ['euc-kr', 'c7 2c c9 a1 2c', '␦,␦,'],

  ['utf-16le', '61 00 e9 00 2c 67 3d d8 00 de', 'aé本😀'],
  ['utf-16be', '00 61 00 e9 67 2c d8 3d de 00', 'aé本😀'],
  ['utf-16le', 'fd ff ff fe', '\ufffd\ufeff'],
  ['utf-16be', 'd8 3d 00 0a de 00 d8 3d d8 3d de 00', '␦\n␦␦😀'],
  ['utf-16le', '61 00 3d d8 00', 'a…'],
  ['utf-16le', '61', '…'],
];

describe('openEncoding', () => {
  test.each(cases)('%s decodes %s to %j', (name, hex, text) => {
    expect(decode(name, Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBe(text);
  });

  test('supports every name except utf-8', () => {
    for (const name of encodingNames.filter((each) => each !== 'utf-8'))
      expect(openEncoding(name), name).toHaveProperty('read');
    expect(() => openEncoding('utf-8')).toThrow(RangeError);
    expect(() => openEncoding('utf-16')).toThrow(RangeError);
  });

  test.each([
    ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15].map((part) => `iso-8859-${part}`),
    ...['koi8-r', 'windows-1256', 'macintosh'],
  ])('%s matches the Encoding Standard', (name) => {
    const decoder = new TextDecoder(name, { fatal: true });
    for (let byte = 0; byte < 0x100; byte++) {
      let expected = '␦';
      try {
        expected = decoder.decode(Buffer.of(byte));
      } catch {
        // Invalid in both.
      }
      expect(decode(name, Buffer.of(byte)), byte.toString(16)).toBe(expected);
    }
  });

  test.each(['shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'cp950', 'euc-kr'])(
    '%s does not change ASCII',
    (name) => {
      const ascii = Buffer.from(Array.from({ length: 0x80 }, (_, byte) => byte));
      expect(decode(name, ascii)).toBe(ascii.toString('latin1'));
    },
  );

  test.each(['utf-16le', 'utf-16be', 'shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'cp950', 'euc-kr'])(
    '%s decodes a character independently of later bytes',
    (name) => {
      const encoding = encodingOf(name);
      const problems: string[] = [];
      for (let pair = 0; pair < 0x10000; pair++) {
        const bytes = Buffer.of(pair >> 8, pair & 0xff, 0xa2, 0x31, 0xdc, 0x30);
        const length = encoding.read(bytes, 0, bytes.length);
        const { word } = encoding;
        for (let end = 1; end < bytes.length; end++) {
          const early = encoding.read(bytes, 0, end);
          const isSame = early === length && encoding.word === word && length <= end;
          if (early === 0 ? length <= end && length > 1 && word !== invalidByte : !isSame)
            problems.push(pair.toString(16));
        }
      }
      expect(problems).toEqual([]);
    },
  );
});

describe('encodeCodePoint', () => {
  test.each([0, 0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff])(
    'encodes %i',
    (codePoint) => {
      const word = encodeCodePoint(codePoint);
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(word);
      expect(bytes.subarray(0, utf8Length(word))).toEqual(Buffer.from(String.fromCodePoint(codePoint)));
    },
  );

  test('utf8Length of an invalid sequence is 1', () => {
    expect(utf8Length(invalidByte)).toBe(1);
  });
});

function decode(name: string, bytes: Buffer): string {
  const encoding = encodingOf(name);
  const words: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = encoding.read(bytes, at, bytes.length);
    if (length === 0) return `${shown(Buffer.concat(words))}…`;
    const word = Buffer.alloc(4);
    word.writeInt32LE(encoding.word);
    words.push(word.subarray(0, utf8Length(encoding.word)));
    at += length;
  }
  return shown(Buffer.concat(words));
}
