import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { invalid, type Encoding } from './encoding.ts';
import { encodingNames } from './encodings.ts';
import { MultiByte, type MultiByteShape } from './multi-byte.ts';
import { SingleByte } from './single-byte.ts';
import { Utf16 } from './utf16.ts';

/** The encodings with characters of several bytes. */
const shapes: Readonly<Record<string, MultiByteShape>> = {
  shift_jis: { leads: [0x81, 0x9f, 0xe0, 0xfc] },
  'euc-jp': { leads: [0x8e, 0x8f, 0xa1, 0xfe], leadOfThree: 0x8f },
  gbk: { leads: [0x81, 0xfe] },
  gb18030: { leads: [0x81, 0xfe], hasFourBytes: true },
  big5: { leads: [0x81, 0xfe] },
  cp950: { leads: [0x81, 0xfe] },
  'euc-kr': { leads: [0x81, 0xfe] },
};

/** Where another table of iconv-lite is nearer: its maccyrillic is the one from before Ukrainian was added. */
const iconvNames: Readonly<Record<string, string>> = { 'mac-cyrillic': 'macukraine' };

/**
 * Characters that iconv-lite's tables have as they were before the euro, or not at all. These are Apple's
 * (unicode.org/Public/MAPPINGS/VENDORS/APPLE, ROMAN.TXT and CYRILLIC.TXT) and the Encoding Standard's.
 */
const corrections: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  macintosh: { 0xbd: '\u03a9', 0xdb: '\u20ac', 0xf0: '\uf8ff' },
  'mac-cyrillic': { 0xff: '\u20ac' },
};

/**
 * Makes what reads an encoding. Its tables are iconv-lite's.
 * @param name canonical; not `utf-8`, which needs none
 * @throws RangeError for other names
 */
export function openEncoding(name: string): Encoding {
  if (name === 'utf-16le') return new Utf16('le');
  if (name === 'utf-16be') return new Utf16('be');
  if (name === 'utf-8' || !encodingNames.includes(name)) throw new RangeError(`no table for the encoding ${name}`);
  const iconvName = iconvNames[name] ?? name;
  const shape = shapes[name];
  const singles = Int32Array.from({ length: 0x100 }, (_, byte) => {
    const corrected = corrections[name]?.[byte];
    return corrected === undefined ? lookUp(iconvName, byte) : wordOf(corrected);
  });
  return shape === undefined
    ? new SingleByte(singles)
    : new MultiByte(shape, singles, (...bytes) => lookUp(iconvName, ...bytes));
}

/** The bytes of one character, as iconv-lite decodes them. */
function lookUp(iconvName: string, ...bytes: number[]): number {
  const text = iconv.decode(Buffer.from(bytes), iconvName);
  // What cannot be decoded is a U+FFFD and all that follows it. GB18030 can also encode that character: in four bytes.
  const isReplaced = text.includes('\ufffd') && !(bytes.length === 4 && text.length === 1);
  return isReplaced ? invalid : wordOf(text);
}

function wordOf(text: string): number {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes], 4).readInt32LE();
}
