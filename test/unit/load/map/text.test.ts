import { describe, expect, it } from 'vitest';
import { toMemory } from '../../../../src/load/memory.ts';
import { findInvalidUtf8, maxEscapedBytes, writeText } from '../../../../src/load/map/text.ts';

/** Returns the bytes as JSON string content, read from the middle of a buffer; undefined if they are not UTF-8. */
function writeBytes(bytes: Buffer): string | undefined {
  const source = Buffer.concat([Buffer.from('é"'), bytes, Buffer.from([0x80, 0xbf])]);
  const out = Buffer.alloc(2 + bytes.length * maxEscapedBytes);
  const end = writeText(toMemory(out), 2, { ...toMemory(source), start: 3, end: 3 + bytes.length });
  return end < 0 ? undefined : out.toString('utf8', 2, end);
}

describe('writeText', () => {
  it.each([
    ['an empty text', '', ''],
    ['short plain text', 'abc', 'abc'],
    ['plain text longer than a word', 'plain note text 0', 'plain note text 0'],
    ['quotes', 'said "hi"', 'said \\"hi\\"'],
    ['backslashes', 'C:\\temp\\', 'C:\\\\temp\\\\'],
    ['a quoted newline', 'one\r\ntwo', 'one\\r\\ntwo'],
    ['control characters', '\0\u0001\b\t\n\u000b\f\r\u001f', '\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f'],
    ['the delete character and a slash unchanged', '\u007f/', '\u007f/'],
    ['sequences of two, three and four bytes', 'é€😀', 'é€😀'],
    ['line separators unchanged', '\u2028\u2029', '\u2028\u2029'],
    [
      'the first and last character of each length',
      '\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}',
      '\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}',
    ],
    ['the characters next to the surrogates', '\ud7ff\ue000', '\ud7ff\ue000'],
    ['a special byte at every position of a word', 'a"bc"def"ghi"', 'a\\"bc\\"def\\"ghi\\"'],
    ['a byte-order mark', '\ufeffx', '\ufeffx'],
  ])('writes %s', (_, text, json) => {
    expect(writeBytes(Buffer.from(text, 'utf8'))).toBe(json);
    expect(JSON.parse(`"${json}"`)).toBe(text);
  });

  it.each([
    ['a lone continuation byte', [0x80], 0],
    ['a lone lead byte', [0x61, 0xc3], 1],
    ['a lead byte before plain text', [0xc3, 0x61], 0],
    ['an overlong slash of two bytes', [0xc0, 0xaf], 0],
    ['an overlong null', [0xc1, 0x80], 0],
    ['an overlong form of three bytes', [0xe0, 0x9f, 0xbf], 0],
    ['an overlong form of four bytes', [0xf0, 0x8f, 0xbf, 0xbf], 0],
    ['a high surrogate', [0xed, 0xa0, 0x80], 0],
    ['a low surrogate', [0xed, 0xbf, 0xbf], 0],
    ['a value beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], 0],
    ['a lead byte from 0xF5 on', [0xf5, 0x80, 0x80, 0x80], 0],
    ['three bytes of four', [0x61, 0x62, 0xf0, 0x9f, 0x98], 2],
    ['a broken third byte', [0xe2, 0x82, 0x28], 0],
    ['a broken fourth byte', [0xf0, 0x9f, 0x98, 0x28], 0],
    ['0xFE', [0xfe], 0],
    ['0xFF after plain text', [0x61, 0x62, 0x63, 0x64, 0x65, 0xff], 5],
  ])('rejects %s', (_, bytes, position) => {
    expect(writeBytes(Buffer.from(bytes))).toBeUndefined();
    expect(findInvalidUtf8(Buffer.from(bytes), 0, bytes.length)).toBe(position);
  });

  it('accepts valid text', () => {
    expect(findInvalidUtf8(Buffer.from('é€😀"'), 0, 10)).toBe(-1);
  });
});
