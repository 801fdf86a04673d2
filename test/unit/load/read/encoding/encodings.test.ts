import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import {
  toCanonicalEncoding,
  encodingNames,
  byteOrderMarkHint,
} from '../../../../../src/load/read/encoding/encodings.ts';

describe('encoding names', () => {
  test.each([
    ['utf-8', ['utf8', 'UTF-8', 'Utf 8', 'utf_8', 'cp65001', 'utf-8-sig']],
    ['utf-16le', ['utf16le', 'UTF-16LE', 'utf_16_le', 'ucs-2', 'ucs2', 'UCS-2LE']],
    ['utf-16be', ['utf16be', 'UTF 16 BE']],
    ['us-ascii', ['ascii', 'US-ASCII']],
    ['iso-8859-1', ['latin1', 'Latin-1', 'latin_1', 'ISO 8859-1', 'iso8859_1', 'l1', 'cp819']],
    ['iso-8859-9', ['latin5']],
    ['iso-8859-15', ['latin9', 'ISO-8859-15']],
    ['windows-1252', ['cp1252', 'win1252', 'Windows 1252', 'CP-1252']],
    ['windows-1251', ['cp1251']],
    ['cp437', ['IBM437', 'cp-437']],
    ['cp850', ['ibm850']],
    ['koi8-r', ['koi8r', 'KOI8-R']],
    ['macintosh', ['MacRoman', 'mac_roman', 'x-mac-roman']],
    ['shift_jis', ['sjis', 'Shift-JIS', 'shiftjis', 'ms932', 'cp932', 'windows-31j', 'Windows 31J']],
    ['euc-jp', ['eucjp', 'EUC_JP']],
    ['gbk', ['GBK', 'cp936', 'gb2312', 'GB 2312', 'euc-cn']],
    ['gb18030', ['GB-18030']],
    ['big5', ['Big5', 'big-5', 'big5-hkscs']],
    ['cp950', ['ms950']],
    ['euc-kr', ['euckr', 'cp949', 'ks_c_5601-1987', 'UHC']],
  ])('%s has aliases', (name, spellings) => {
    expect([name, ...spellings].map(toCanonicalEncoding)).toEqual([name, ...spellings].map(() => name));
  });

  test.each([
    '',
    '-',
    'utf',
    'utf-16',
    'utf-7',
    'utf-32',
    'iso-2022-jp',
    'hz',
    'ansi',
    'iso-8859-12',
    'cp9999',
    'base64',
  ])('%j is not an encoding name', (text) => {
    expect(toCanonicalEncoding(text)).toBeUndefined();
  });

  test('names of object properties are not encoding names', () => {
    expect(['constructor', 'toString', '__proto__'].map(toCanonicalEncoding)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('each canonical name occurs once and maps to itself', () => {
    expect(encodingNames.map(toCanonicalEncoding)).toEqual(encodingNames);
    expect(new Set(encodingNames).size).toBe(encodingNames.length);
  });

  test('iconv-lite supports every encoding', () => {
    expect(encodingNames.filter((name) => !iconv.encodingExists(name))).toEqual([]);
  });

  test('aliases that iconv-lite knows mean the same encoding', () => {
    // gbk includes gb2312, and the Macintosh tables are corrected.
    const exceptions = /^(gb2312|euccn|(cp|ms|windows)936|macroman|maccyrillic)$/;
    const spellings = Object.keys(iconv.encodings ?? {}).filter((key) => !exceptions.test(key));
    const known = spellings.flatMap((spelling) => {
      const name = toCanonicalEncoding(spelling);
      return name === undefined ? [] : [{ spelling, name }];
    });
    expect(known.length).toBeGreaterThan(encodingNames.length);
    expect(known.filter(({ spelling, name }) => iconv.getCodec(spelling) !== iconv.getCodec(name))).toEqual([]);
  });
});

describe('markHint', () => {
  test.each([
    ['fffe6100', 'The source starts with the byte-order mark of UTF-16LE. Set --encoding utf-16le.'],
    ['feff0061', 'The source starts with the byte-order mark of UTF-16BE. Set --encoding utf-16be.'],
    ['fffe', 'The source starts with the byte-order mark of UTF-16LE. Set --encoding utf-16le.'],
    ['84319533', 'The source starts with the byte-order mark of GB18030. Set --encoding gb18030.'],
    [
      'fffe000061000000',
      'The source starts with the byte-order mark of UTF-32LE, which is not supported. Convert it to UTF-8 first.',
    ],
    [
      '0000feff00000061',
      'The source starts with the byte-order mark of UTF-32BE, which is not supported. Convert it to UTF-8 first.',
    ],
    ['efbbbf61', undefined],
    ['61fffe', undefined],
    ['ff', undefined],
    ['', undefined],
  ])('for %s, read as UTF-8, is %s', (head, hint) => {
    expect(byteOrderMarkHint(Buffer.from(head, 'hex'))).toBe(hint);
  });

  test('names a different encoding only', () => {
    expect(byteOrderMarkHint(Buffer.from('fffe6100', 'hex'), 'utf-16le')).toBeUndefined();
    expect(byteOrderMarkHint(Buffer.from('feff0061', 'hex'), 'utf-16le')).toMatch(/--encoding utf-16be/);
    expect(byteOrderMarkHint(Buffer.from('efbbbf61', 'hex'), 'windows-1252')).toMatch(/--encoding utf-8/);
  });
});
