import { describe, expect, it } from 'vitest';
import { getBase64Size, explainBase64 } from '../../../../src/load/map/base64.ts';

describe('base64', () => {
  it.each([
    ['', 0],
    ['AA==', 1],
    ['AAA=', 2],
    ['AAAA', 3],
    ['/+9z', 3],
    ['aGVsbG8gd29ybGQ=', 11],
  ])('decodes %j to %i bytes', (text, size) => {
    expect(getBase64Size(Buffer.from(text), 0, text.length)).toBe(size);
    expect(Buffer.from(text, 'base64')).toHaveLength(size);
  });

  it.each([
    ['AAA', 'not a multiple of 4'],
    ['A', 'not a multiple of 4'],
    ['AA', 'padding missing'],
    ['AA=', 'not a multiple of 4'],
    ['A===', 'padding (=) is only allowed at the end, found at byte 2'],
    ['====', 'padding (=) is only allowed at the end'],
    ['AA==AAAA', 'padding (=) is only allowed at the end, found at byte 3'],
    ['AB==', 'unused bits'],
    ['AAB=', 'unused bits'],
    ['AA-_', 'base64url alphabet'],
    ['AA A', '0x20 at byte 3'],
    ['AAA\n', '0x0a at byte 4'],
    ['AAAé', 'is not a base64 character'],
  ])('rejects %j: %s', (text, why) => {
    const bytes = Buffer.from(text);
    expect(getBase64Size(bytes, 0, bytes.length)).toBe(-1);
    expect(explainBase64(bytes, 0, bytes.length)).toContain(why);
  });
});
