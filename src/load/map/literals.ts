/** Words with a special meaning in a field, compared as bytes. */

const wordTrue = Buffer.from('true', 'latin1');
const wordFalse = Buffer.from('false', 'latin1');
const wordNull = Buffer.from('null', 'latin1');

/** Returns 1 for `true` or `1`, 0 for `false` or `0` (case-insensitive), and -1 for anything else. */
export function parseBoolean(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 1) {
    const digit = (bytes[start] as number) - 0x30;
    return digit === 0 || digit === 1 ? digit : -1;
  }
  if (isWord(wordTrue, bytes, start, end)) return 1;
  return isWord(wordFalse, bytes, start, end) ? 0 : -1;
}

/** Returns whether the span is `null` or `true` (case-insensitive), the words that a column of type NULL accepts. */
export function isNullWord(bytes: Uint8Array, start: number, end: number): boolean {
  return isWord(wordNull, bytes, start, end) || isWord(wordTrue, bytes, start, end);
}

/** Returns whether the span equals one of the texts. */
export function isOneOf(texts: readonly Uint8Array[], bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] as Uint8Array;
    if (text.length !== end - start) continue;
    let at = 0;
    while (at < text.length && text[at] === bytes[start + at]) at++;
    if (at === text.length) return true;
  }
  return false;
}

/** @param word lower-case letters only: upper case differs by the bit 0x20 */
function isWord(word: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) {
    if (((bytes[start + at] as number) | 0x20) !== word[at]) return false;
  }
  return true;
}
