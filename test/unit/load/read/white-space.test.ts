import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { startOfWhiteSpace, whiteSpaceAt } from '../../../../src/load/read/white-space.ts';

test('white space is what String.prototype.trim takes away, but for line ends', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    // Halves of surrogate pairs are no characters.
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    const bytes = Buffer.from(character);
    const isSpace = character.trim() === '' && !/[\r\n]/.test(character);
    if (whiteSpaceAt(bytes, 0, bytes.length) !== (isSpace ? bytes.length : 0)) expect.fail(point.toString(16));
  }
});

test('white space that is cut off is none', () => {
  const bytes = Buffer.from('\u{2003}\u{a0}');
  expect(whiteSpaceAt(bytes, 0, 2)).toBe(0);
  expect(whiteSpaceAt(bytes, 3, 4)).toBe(0);
  expect(whiteSpaceAt(bytes, 5, 5)).toBe(0);
});

test.each<[text: string, end: number]>([
  ['', 0],
  ['a', 1],
  [' a\t', 2],
  ['\u{a0}\u{2003} a b \u{3000}\u{feff}', 9],
  ['\u{e0}', 2],
  [' \t\v\f', 0],
])('behind the text of %j', (text, end) => {
  const bytes = Buffer.from(text);
  expect(startOfWhiteSpace(bytes, 0, bytes.length)).toBe(end);
});

test('white space begins where it may at the lowest', () => {
  expect(startOfWhiteSpace(Buffer.from('a\u{2003}\u{2003}'), 4, 7)).toBe(4);
  expect(startOfWhiteSpace(Buffer.from('\u{2003}'), 1, 3)).toBe(3);
});
