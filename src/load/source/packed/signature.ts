import type { Buffer } from 'node:buffer';

/** What csv2ddb unpacks itself. */
export type Packing = 'gzip' | 'zstd';

/** What the first bytes of a source say that it is. */
export type Format = { readonly packing: Packing } | ForeignFormat;

/** A format that csv2ddb does not read. */
export interface ForeignFormat {
  readonly packing: undefined;
  /** For a message: "it is …". */
  readonly what: string;
  /** How a CSV is got out of it: one sentence. */
  readonly hint: string;
}

/** A byte, or the first and the last of those that may stand there. */
type Byte = number | readonly [number, number];

interface Signature {
  readonly bytes: readonly Byte[];
  readonly format: Format;
}

function packedBy(what: string, command: string): ForeignFormat {
  return { packing: undefined, what, hint: `Unpack it on the way in: ${command} FILE | csv2ddb direct -` };
}

const gzip: Format = { packing: 'gzip' };
const zstd: Format = { packing: 'zstd' };
const bzip2 = packedBy('packed by bzip2', 'bzip2 -dc');
const zip: Format = {
  packing: undefined,
  what: 'a zip archive, as Excel workbooks are too',
  hint: 'Unpack it on the way in (unzip -p FILE | csv2ddb direct -), or save the sheet of a workbook as CSV.',
};
const parquet: Format = {
  packing: undefined,
  what: 'a Parquet file',
  hint: `Turn it into CSV on the way in: duckdb -csv -c "from 'FILE'" | csv2ddb direct -`,
};
const workbook: Format = {
  packing: undefined,
  what: 'an Office document of the old kind, such as .xls',
  hint: 'Open it in a spreadsheet program and save the sheet as CSV.',
};

/**
 * The beginnings of files, long enough that no text has them: RFC 1952 (gzip), RFC 8878 (zstd and its skippable
 * frames), APPNOTE 4.3 (zip), and the format descriptions of the others.
 */
const signatures: readonly Signature[] = [
  { bytes: [0x1f, 0x8b, 0x08], format: gzip },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], format: zstd },
  { bytes: [[0x50, 0x5f], 0x2a, 0x4d, 0x18], format: zstd },
  { bytes: [0x50, 0x4b, 0x03, 0x04], format: zip },
  { bytes: [0x50, 0x4b, 0x05, 0x06], format: zip },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], format: packedBy('packed by xz', 'xz -dc') },
  { bytes: [0x42, 0x5a, 0x68, [0x31, 0x39], 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], format: bzip2 },
  { bytes: [0x42, 0x5a, 0x68, [0x31, 0x39], 0x17, 0x72, 0x45, 0x38, 0x50, 0x90], format: bzip2 },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], format: packedBy('a 7z archive', '7z x -so') },
  { bytes: [0x04, 0x22, 0x4d, 0x18], format: packedBy('packed by lz4', 'lz4 -dc') },
  // `PAR1` alone may be the name of a column; the byte after it opens the first page, or the metadata.
  { bytes: [0x50, 0x41, 0x52, 0x31, 0x15], format: parquet },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], format: workbook },
];

/**
 * What a source is by its first bytes; undefined: nothing that is known here.
 * @returns `more` where these bytes do not tell yet.
 */
export function formatOf(beginning: Buffer): Format | 'more' | undefined {
  let isOpen = false;
  for (const { bytes, format } of signatures) {
    if (!bytes.every((byte, index) => index >= beginning.length || fits(byte, beginning[index]))) continue;
    if (bytes.length <= beginning.length) return format;
    isOpen = true;
  }
  return isOpen ? 'more' : undefined;
}

function fits(byte: Byte, there: number | undefined): boolean {
  if (there === undefined) return false;
  return typeof byte === 'number' ? byte === there : byte[0] <= there && there <= byte[1];
}
