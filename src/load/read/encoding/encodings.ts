import { Buffer } from 'node:buffer';

/**
 * The supported encodings and their aliases. Names only, because `--help` loads this file; `open-encoding.ts` has the
 * tables.
 *
 * Left out on purpose: `utf-16` without a byte order; stateful encodings (utf-7, iso-2022-jp, hz), because reading
 * cannot resume at a record; ambiguous names (`ansi`, `unicode`).
 */
const aliasesByName: Readonly<Record<string, readonly string[]>> = {
  'utf-8': ['cp65001', 'utf-8-sig'],
  'utf-16le': ['ucs-2', 'ucs-2le', 'cp1200'],
  'utf-16be': ['ucs-2be', 'cp1201'],
  'us-ascii': ['ascii', 'ansi_x3.4-1968', 'iso646-us', 'cp367', 'ibm367'],

  'iso-8859-1': ['latin1', 'l1', 'cp819', 'ibm819', 'cp28591'],
  'iso-8859-2': ['latin2', 'l2', 'cp28592'],
  'iso-8859-3': ['latin3', 'l3', 'cp28593'],
  'iso-8859-4': ['latin4', 'l4', 'cp28594'],
  'iso-8859-5': ['cp28595'],
  'iso-8859-6': ['cp28596'],
  'iso-8859-7': ['cp28597'],
  'iso-8859-8': ['iso-8859-8-i', 'iso-8859-8-e', 'cp28598'],
  'iso-8859-9': ['latin5', 'l5', 'cp28599'],
  'iso-8859-10': ['latin6', 'l6'],
  'iso-8859-11': [],
  'iso-8859-13': ['latin7', 'l7', 'cp28603'],
  'iso-8859-14': ['latin8', 'l8'],
  'iso-8859-15': ['latin9', 'l9', 'cp28605'],
  'iso-8859-16': ['latin10', 'l10'],

  'windows-874': ['win874', 'cp874', 'ms874'],
  'windows-1250': ['win1250', 'cp1250', 'x-cp1250'],
  'windows-1251': ['win1251', 'cp1251', 'x-cp1251'],
  'windows-1252': ['win1252', 'cp1252', 'x-cp1252'],
  'windows-1253': ['win1253', 'cp1253', 'x-cp1253'],
  'windows-1254': ['win1254', 'cp1254', 'x-cp1254'],
  'windows-1255': ['win1255', 'cp1255', 'x-cp1255'],
  'windows-1256': ['win1256', 'cp1256', 'x-cp1256'],
  'windows-1257': ['win1257', 'cp1257', 'x-cp1257'],
  'windows-1258': ['win1258', 'cp1258', 'x-cp1258'],

  cp437: ['ibm437'],
  cp720: ['ibm720'],
  cp737: ['ibm737'],
  cp775: ['ibm775'],
  cp850: ['ibm850'],
  cp852: ['ibm852'],
  cp855: ['ibm855'],
  cp857: ['ibm857'],
  cp858: ['ibm858', 'ibm00858'],
  cp860: ['ibm860'],
  cp861: ['ibm861'],
  cp862: ['ibm862'],
  cp863: ['ibm863'],
  cp864: ['ibm864'],
  cp865: ['ibm865'],
  cp866: ['ibm866'],
  cp869: ['ibm869'],
  cp1125: ['ibm1125', 'ruscii'],

  'koi8-r': ['cp20866'],
  'koi8-u': ['cp21866'],
  'tis-620': [],
  macintosh: ['macroman', 'mac', 'x-mac-roman', 'cp10000'],
  'mac-centeuro': ['mac-ce', 'x-mac-ce', 'mac-centraleurope', 'mac-latin2', 'cp10029'],
  'mac-cyrillic': ['x-mac-cyrillic', 'x-mac-ukrainian', 'cp10007'],

  shift_jis: ['sjis', 'x-sjis', 'ms_kanji', 'ms932', 'cp932', 'windows-31j', 'windows-932', 'ms31j'],
  'euc-jp': ['ujis', 'x-euc-jp'],
  gbk: ['gb2312', 'euc-cn', 'cp936', 'ms936', 'windows-936', 'x-gbk'],
  gb18030: ['gb18030-2000', 'gb18030-2005', 'cp54936'],
  big5: ['big5-hkscs', 'cn-big5', 'x-x-big5'],
  cp950: ['ms950', 'windows-950'],
  'euc-kr': ['cp949', 'ms949', 'windows-949', 'uhc', 'ks_c_5601-1987', 'ksc5601', 'korean'],
};

/** Canonical names of all supported encodings. */
export const encodingNames: readonly string[] = Object.keys(aliasesByName);

const namesBySpelling: ReadonlyMap<string, string> = new Map(
  Object.entries(aliasesByName).flatMap(([name, aliases]) =>
    [name, ...aliases].map((alias): [string, string] => [normalize(alias), name]),
  ),
);

/**
 * Returns the canonical name of an encoding, or undefined if it is unknown: `UTF8` is `utf-8`, `Latin 1` is
 * `iso-8859-1`. Ignores case, `-`, `_` and spaces.
 */
export function toCanonicalEncoding(text: string): string | undefined {
  return namesBySpelling.get(normalize(text));
}

function normalize(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}

/** Byte-order marks. A longer one precedes the shorter one that it starts with. */
const byteOrderMarks: readonly { bytes: Buffer; shown: string; encoding?: string }[] = [
  { bytes: Buffer.from([0xff, 0xfe, 0x00, 0x00]), shown: 'UTF-32LE' },
  { bytes: Buffer.from([0x00, 0x00, 0xfe, 0xff]), shown: 'UTF-32BE' },
  { bytes: Buffer.from([0x84, 0x31, 0x95, 0x33]), shown: 'GB18030', encoding: 'gb18030' },
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), shown: 'UTF-8', encoding: 'utf-8' },
  { bytes: Buffer.from([0xff, 0xfe]), shown: 'UTF-16LE', encoding: 'utf-16le' },
  { bytes: Buffer.from([0xfe, 0xff]), shown: 'UTF-16BE', encoding: 'utf-16be' },
];

/** Returns the byte-order mark of an encoding; empty if it has none. */
export function getByteOrderMark(encoding: string): Buffer {
  return byteOrderMarks.find((mark) => mark.encoding === encoding)?.bytes ?? Buffer.alloc(0);
}

/**
 * Returns a hint if a source starts with the byte-order mark of a different encoding than the one it is read in.
 * @param head The first bytes of the source; four are enough.
 * @param encoding Canonical name of the encoding that the source is read in.
 */
export function byteOrderMarkHint(head: Buffer, encoding = 'utf-8'): string | undefined {
  const mark = byteOrderMarks.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes));
  if (mark === undefined || mark.encoding === encoding) return undefined;
  const found = `The source starts with the byte-order mark of ${mark.shown}`;
  return mark.encoding === undefined
    ? `${found}, which is not supported. Convert it to UTF-8 first.`
    : `${found}. Set --encoding ${mark.encoding}.`;
}
