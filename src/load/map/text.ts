import type { Memory, Span } from '../memory.ts';

/** Byte classes: copied unchanged, escaped, or part of a multi-byte UTF-8 sequence. */
const plain = 0;
const escaped = 1;
const sequence = 2;

const classOfByte = new Uint8Array(256).fill(plain);
classOfByte.fill(escaped, 0x00, 0x20);
classOfByte[0x22] = escaped;
classOfByte[0x5c] = escaped;
classOfByte.fill(sequence, 0x80, 0x100);

/** The letter after the backslash for bytes with a short JSON escape (RFC 8259, section 7). */
const shortEscapes = new Uint8Array(256);
for (const [character, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt']) {
  shortEscapes[(character as string).charCodeAt(0)] = (letter as string).charCodeAt(0);
}

const hexDigits = Buffer.from('0123456789abcdef', 'latin1');

/** Maximum length of one escaped byte: `\u001f`. */
export const maxEscapedBytes = 6;

/**
 * Writes text as the content of a JSON string, without quotes. Validates UTF-8 strictly in the same pass (RFC 3629):
 * no overlong forms, no surrogates, nothing above U+10FFFF. The byte 0xFF is never valid. Decoders of other encodings
 * write it for bytes that they cannot decode.
 *
 * @param out with room for 6 bytes per byte of the text
 * @returns the position in `out` after the last byte, or -1 if the text is not UTF-8 (`out` is then garbage)
 */
export function writeText(out: Memory, to: number, text: Span): number {
  const outBytes = out.bytes;
  const outView = out.view;
  const { bytes, view, start, end } = text;
  let at = to;
  let from = start;
  while (from < end) {
    for (; from + 4 <= end; from += 4, at += 4) {
      const word = view.getInt32(from, true);
      if (!isPlainWord(word)) break;
      outView.setInt32(at, word, true);
    }
    // Byte by byte to the end, or past one byte or sequence that is not plain.
    while (from < end) {
      const byte = bytes[from] as number;
      const kind = classOfByte[byte];
      if (kind === plain) {
        outBytes[at++] = byte;
        from++;
        continue;
      }
      if (kind === escaped) {
        at = writeEscape(outBytes, at, byte);
        from++;
        break;
      }
      const length = sequenceLength(bytes, from, end);
      if (length === 0) return -1;
      for (const behind = from + length; from < behind; from++) outBytes[at++] = bytes[from] as number;
      break;
    }
  }
  return at;
}

/**
 * Returns whether all four bytes of a word are plain: below 0x80, not below 0x20, no `"` and no `\`.
 * The arithmetic is "haszero" and "hasless" of Bit Twiddling Hacks (Sean Eron Anderson).
 */
function isPlainWord(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const marks =
    word |
    ((word - 0x20202020) & ~word) |
    ((quotes - 0x01010101) & ~quotes) |
    ((backslashes - 0x01010101) & ~backslashes);
  return (marks & 0x80808080) === 0;
}

/** Returns the offset of the first invalid UTF-8 byte, counted from `start`; -1 if all bytes are valid. */
export function findInvalidUtf8(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  while (from < end) {
    const length = (bytes[from] as number) < 0x80 ? 1 : sequenceLength(bytes, from, end);
    if (length === 0) return from - start;
    from += length;
  }
  return -1;
}

function writeEscape(out: Uint8Array, to: number, byte: number): number {
  let at = to;
  const letter = shortEscapes[byte] as number;
  out[at++] = 0x5c;
  if (letter !== 0) {
    out[at++] = letter;
    return at;
  }
  out[at++] = 0x75;
  out[at++] = 0x30;
  out[at++] = 0x30;
  out[at++] = hexDigits[byte >> 4] as number;
  out[at++] = hexDigits[byte & 15] as number;
  return at;
}

/** Returns the length of the UTF-8 sequence at `from`, which is not ASCII; 0 if it is invalid (RFC 3629, section 4). */
function sequenceLength(bytes: Uint8Array, from: number, end: number): number {
  const lead = bytes[from] as number;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (from + length > end) return 0;
  const second = bytes[from + 1] as number;
  // The second byte is restricted to exclude overlong forms, surrogates and values above U+10FFFF.
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let at = from + 2; at < from + length; at++) {
    if (((bytes[at] as number) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
