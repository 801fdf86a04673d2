const pad = 0x3d;

/** The value of each byte in the alphabet of RFC 4648, section 4; 64 for all other bytes. */
const values = new Uint8Array(256).fill(64);
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

/**
 * Returns the number of bytes that a base64 text encodes. Accepts only canonical text, with padding and with zeros in
 * the unused bits, so that equal bytes have equal texts.
 *
 * @returns -1 if the text is not canonical base64; `explainBase64` says why
 */
export function getBase64Size(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length % 4 !== 0) return -1;
  const digits = length - countPadding(bytes, start, end);
  for (let at = start; at < start + digits; at++) {
    if (values[bytes[at] as number] === 64) return -1;
  }
  if (getUnusedBits(bytes, start, digits) !== 0) return -1;
  return Math.floor((digits * 3) / 4);
}

/** Explains why text is not canonical base64, for the end of a sentence. */
export function explainBase64(bytes: Uint8Array, start: number, end: number): string {
  const digits = end - start - countPadding(bytes, start, end);
  for (let at = start; at < start + digits; at++) {
    const byte = bytes[at] as number;
    if (values[byte] !== 64) continue;
    const position = `byte ${at - start + 1} of the value`;
    if (byte === pad) return `padding (=) is only allowed at the end, found at ${position}`;
    if (byte === 0x2d || byte === 0x5f) return `- and _ belong to the base64url alphabet (${position})`;
    return `0x${byte.toString(16).padStart(2, '0')} at ${position} is not a base64 character`;
  }
  if ((end - start) % 4 !== 0) return `its length ${end - start} is not a multiple of 4 (is padding missing?)`;
  return 'its last character has unused bits that are not zero';
}

/** Counts the padding characters at the end, up to 2. */
function countPadding(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2 || bytes[end - 1] !== pad) return 0;
  return bytes[end - 2] === pad ? 2 : 1;
}

function getUnusedBits(bytes: Uint8Array, start: number, digits: number): number {
  const over = digits % 4;
  if (over === 0) return 0;
  const last = values[bytes[start + digits - 1] as number] as number;
  // 2 digits hold 12 bits for 1 byte; 3 digits hold 18 bits for 2 bytes.
  return last & (over === 2 ? 0x0f : 0x03);
}
