import { describe, expect, it } from 'vitest';
import { base64Size, explainBase64 } from '../../../../src/load/map/base64.ts';

describe('base64', () => {
  it.each([
    ['', 0],
    ['AA==', 1],
    ['AAA=', 2],
    ['AAAA', 3],
    ['/+9z', 3],
    ['aGVsbG8gd29ybGQ=', 11],
  ])('takes %j for %i bytes', (text, size) => {
    expect(base64Size(Buffer.from(text), 0, text.length)).toBe(size);
    expect(Buffer.from(text, 'base64')).toHaveLength(size);
  });

  it.each([
    ['AAA', 'not a multiple of 4'],
    ['A', 'not a multiple of 4'],
    ['AA', 'padding missing'],
    ['AA=', 'not a multiple of 4'],
    ['A===', 'padding (=) stands before the end, at byte 2'],
    ['====', 'padding (=) stands before the end'],
    ['AA==AAAA', 'padding (=) stands before the end, at byte 3'],
    ['AB==', 'bits that belong to no byte'],
    ['AAB=', 'bits that belong to no byte'],
    ['AA-_', 'URL alphabet'],
    ['AA A', '0x20 at byte 3'],
    ['AAA\n', '0x0a at byte 4'],
    ['AAAé', 'is not a base64 character'],
  ])('refuses %j: %s', (text, why) => {
    const bytes = Buffer.from(text);
    expect(base64Size(bytes, 0, bytes.length)).toBe(-1);
    expect(explainBase64(bytes, 0, bytes.length)).toContain(why);
  });
});
