/** The words that stand for a value in a field, compared as bytes. */

const wordTrue = Buffer.from('true', 'latin1');
const wordFalse = Buffer.from('false', 'latin1');
const wordNull = Buffer.from('null', 'latin1');

/** `true` or `1` → 1, `false` or `0` → 0, in capitals or not; -1 for anything else. */
export function readBoolean(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 1) {
    const digit = (bytes[start] as number) - 0x30;
    return digit === 0 || digit === 1 ? digit : -1;
  }
  if (isWord(wordTrue, bytes, start, end)) return 1;
  return isWord(wordFalse, bytes, start, end) ? 0 : -1;
}

/** Whether the span says `null` or `true`, in capitals or not: what a column of type NULL may hold. */
export function saysNull(bytes: Uint8Array, start: number, end: number): boolean {
  return isWord(wordNull, bytes, start, end) || isWord(wordTrue, bytes, start, end);
}

/** Whether the span is exactly one of the texts. */
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

/** @param word of small letters only, so that the bit 0x20 is all that capitals differ by */
function isWord(word: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) {
    if (((bytes[start + at] as number) | 0x20) !== word[at]) return false;
  }
  return true;
}
