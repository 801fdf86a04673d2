const pad = 0x3d;

/** The value of each byte of the alphabet of RFC 4648, section 4; 64 for all others. */
const values = new Uint8Array(256).fill(64);
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

/**
 * How many bytes a base64 text stands for. Only canonical text is taken, with its padding and with zeros in the
 * bits that the last byte leaves over, so that equal bytes have equal texts.
 *
 * @returns the count; -1 where the text is not canonical base64: `explainBase64` says why.
 */
export function base64Size(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length % 4 !== 0) return -1;
  const digits = length - padding(bytes, start, end);
  for (let at = start; at < start + digits; at++) {
    if (values[bytes[at] as number] === 64) return -1;
  }
  if (leftOverBits(bytes, start, digits) !== 0) return -1;
  return Math.floor((digits * 3) / 4);
}

/** What is wrong with text that `base64Size` answers -1 for, to stand after the value in a sentence. */
export function explainBase64(bytes: Uint8Array, start: number, end: number): string {
  const digits = end - start - padding(bytes, start, end);
  for (let at = start; at < start + digits; at++) {
    const byte = bytes[at] as number;
    if (values[byte] !== 64) continue;
    const place = `byte ${at - start + 1} of the value`;
    if (byte === pad) return `padding (=) stands before the end, at ${place}`;
    if (byte === 0x2d || byte === 0x5f) return `- and _ belong to the URL alphabet, not to that of base64 (${place})`;
    return `0x${byte.toString(16).padStart(2, '0')} at ${place} is not a base64 character`;
  }
  if ((end - start) % 4 !== 0) return `its length ${end - start} is not a multiple of 4 (is the padding missing?)`;
  return 'its last character holds bits that belong to no byte';
}

/** The number of padding characters at the end, 2 at most. */
function padding(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2 || bytes[end - 1] !== pad) return 0;
  return bytes[end - 2] === pad ? 2 : 1;
}

function leftOverBits(bytes: Uint8Array, start: number, digits: number): number {
  const over = digits % 4;
  if (over === 0) return 0;
  const last = values[bytes[start + digits - 1] as number] as number;
  // 2 digits hold 12 bits for 1 byte, 3 digits hold 18 bits for 2 bytes
  return last & (over === 2 ? 0x0f : 0x03);
}
