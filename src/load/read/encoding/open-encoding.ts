import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { invalidByte, type Encoding } from './encoding.ts';
import { encodingNames } from './encodings.ts';
import { MultiByte, type MultiByteShape } from './multi-byte.ts';
import { SingleByte } from './single-byte.ts';
import { Utf16 } from './utf16.ts';

/** The multi-byte encodings. */
const shapes: Readonly<Record<string, MultiByteShape>> = {
  shift_jis: { leads: [0x81, 0x9f, 0xe0, 0xfc] },
  'euc-jp': { leads: [0x8e, 0x8f, 0xa1, 0xfe], leadOfThree: 0x8f },
  gbk: { leads: [0x81, 0xfe] },
  gb18030: { leads: [0x81, 0xfe], hasFourBytes: true },
  big5: { leads: [0x81, 0xfe] },
  cp950: { leads: [0x81, 0xfe] },
  'euc-kr': { leads: [0x81, 0xfe] },
};

/** Names of better tables in iconv-lite. Its maccyrillic predates the Ukrainian letters. */
const iconvNames: Readonly<Record<string, string>> = { 'mac-cyrillic': 'macukraine' };

/**
 * Characters that iconv-lite lacks or maps as before the euro. Source: the Encoding Standard and Apple
 * (unicode.org/Public/MAPPINGS/VENDORS/APPLE, ROMAN.TXT and CYRILLIC.TXT).
 */
const corrections: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  macintosh: { 0xbd: '\u03a9', 0xdb: '\u20ac', 0xf0: '\uf8ff' },
  'mac-cyrillic': { 0xff: '\u20ac' },
};

/**
 * Creates the decoder of an encoding from the tables of iconv-lite.
 * @param name Canonical name other than `utf-8`.
 * @throws RangeError For any other name.
 */
export function openEncoding(name: string): Encoding {
  if (name === 'utf-16le') return new Utf16('le');
  if (name === 'utf-16be') return new Utf16('be');
  if (name === 'utf-8' || !encodingNames.includes(name)) throw new RangeError(`no decoder for the encoding ${name}`);
  const iconvName = iconvNames[name] ?? name;
  const shape = shapes[name];
  const singles = Int32Array.from({ length: 0x100 }, (_, byte) => {
    const corrected = corrections[name]?.[byte];
    return corrected === undefined ? lookUp(iconvName, byte) : encodeWord(corrected);
  });
  return shape === undefined
    ? new SingleByte(singles)
    : new MultiByte(shape, singles, (...bytes) => lookUp(iconvName, ...bytes));
}

/** Decodes one character with iconv-lite. */
function lookUp(iconvName: string, ...bytes: number[]): number {
  const text = iconv.decode(Buffer.from(bytes), iconvName);
  // An undecodable character becomes U+FFFD. GB18030 can also encode U+FFFD itself, in four bytes.
  const isReplaced = text.includes('\ufffd') && !(bytes.length === 4 && text.length === 1);
  return isReplaced ? invalidByte : encodeWord(text);
}

function encodeWord(text: string): number {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes], 4).readInt32LE();
}
