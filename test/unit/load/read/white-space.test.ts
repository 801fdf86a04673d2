import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { trimEnd, measureWhiteSpace } from '../../../../src/load/read/white-space.ts';

test('measureWhiteSpace recognizes what String.prototype.trim removes, except line endings', () => {
  for (let point = 0; point <= 0x10ffff; point++) {
    // Surrogates are not characters.
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    const bytes = Buffer.from(character);
    const isSpace = character.trim() === '' && !/[\r\n]/.test(character);
    if (measureWhiteSpace(bytes, 0, bytes.length) !== (isSpace ? bytes.length : 0)) expect.fail(point.toString(16));
  }
});

test('measureWhiteSpace ignores incomplete characters', () => {
  const bytes = Buffer.from('\u{2003}\u{a0}');
  expect(measureWhiteSpace(bytes, 0, 2)).toBe(0);
  expect(measureWhiteSpace(bytes, 3, 4)).toBe(0);
  expect(measureWhiteSpace(bytes, 5, 5)).toBe(0);
});

test.each<[text: string, end: number]>([
  ['', 0],
  ['a', 1],
  [' a\t', 2],
  ['\u{a0}\u{2003} a b \u{3000}\u{feff}', 9],
  ['\u{e0}', 2],
  [' \t\v\f', 0],
])('trimEnd finds the end of the text in %j', (text, end) => {
  const bytes = Buffer.from(text);
  expect(trimEnd(bytes, 0, bytes.length)).toBe(end);
});

test('trimEnd does not go below the start', () => {
  expect(trimEnd(Buffer.from('a\u{2003}\u{2003}'), 4, 7)).toBe(4);
  expect(trimEnd(Buffer.from('\u{2003}'), 1, 3)).toBe(3);
});
