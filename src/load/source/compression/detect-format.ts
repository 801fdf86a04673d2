import type { Buffer } from 'node:buffer';

/** The compression formats that csv2ddb supports. */
export type CompressionFormat = 'gzip' | 'zstd';

/** A format detected from the first bytes of a source. */
export interface FileFormat {
  /** Undefined if csv2ddb does not support the format. */
  readonly compression?: CompressionFormat;
  /** Completes the message "it is …". */
  readonly description: string;
  /** How to get CSV from an unsupported format, in one sentence. */
  readonly hint?: string;
}

/** Suggests to decompress a source with another program. */
export function pipeHint(command: string): string {
  return `Decompress it with "${command} FILE | csv2ddb direct -".`;
}

/** A byte, or a range of bytes with its minimum and maximum. */
type BytePattern = number | readonly [number, number];

interface Signature {
  readonly bytes: readonly BytePattern[];
  readonly format: FileFormat;
}

const gzip: FileFormat = { compression: 'gzip', description: 'compressed with gzip' };
const zstd: FileFormat = { compression: 'zstd', description: 'compressed with zstd' };
const bzip2: FileFormat = { description: 'compressed with bzip2', hint: pipeHint('bzip2 -dc') };
const xz: FileFormat = { description: 'compressed with xz', hint: pipeHint('xz -dc') };
const lz4: FileFormat = { description: 'compressed with lz4', hint: pipeHint('lz4 -dc') };
const sevenZip: FileFormat = { description: 'a 7z archive', hint: pipeHint('7z x -so') };
const zip: FileFormat = {
  description: 'a zip archive or an Excel workbook',
  hint: 'Decompress an archive with "unzip -p FILE | csv2ddb direct -", or save the sheet of a workbook as CSV.',
};
const parquet: FileFormat = {
  description: 'a Parquet file',
  hint: `Convert it to CSV with duckdb -csv -c "from 'FILE'" and pipe the output to csv2ddb direct -.`,
};
const workbook: FileFormat = {
  description: 'a legacy Office document, such as .xls',
  hint: 'Open it in a spreadsheet program and save the sheet as CSV.',
};

/**
 * First bytes of files, long enough that no text starts with them. Sources: RFC 1952 (gzip), RFC 8878 (zstd and its
 * skippable frames), APPNOTE 4.3 (zip), and the specifications of the other formats.
 */
const signatures: readonly Signature[] = [
  { bytes: [0x1f, 0x8b, 0x08], format: gzip },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], format: zstd },
  { bytes: [[0x50, 0x5f], 0x2a, 0x4d, 0x18], format: zstd },
  { bytes: [0x50, 0x4b, 0x03, 0x04], format: zip },
  { bytes: [0x50, 0x4b, 0x05, 0x06], format: zip },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], format: xz },
  { bytes: [0x42, 0x5a, 0x68, [0x31, 0x39], 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], format: bzip2 },
  { bytes: [0x42, 0x5a, 0x68, [0x31, 0x39], 0x17, 0x72, 0x45, 0x38, 0x50, 0x90], format: bzip2 },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], format: sevenZip },
  { bytes: [0x04, 0x22, 0x4d, 0x18], format: lz4 },
  // `PAR1` alone may be a column name. The next byte starts the first page or the metadata.
  { bytes: [0x50, 0x41, 0x52, 0x31, 0x15], format: parquet },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], format: workbook },
];

/**
 * Detects the format of a source from its first bytes.
 * @returns Undefined if no format is recognized; `more` if more bytes are needed to decide.
 */
export function detectFormat(start: Buffer): FileFormat | 'more' | undefined {
  let needsMore = false;
  for (const { bytes, format } of signatures) {
    if (!bytes.every((pattern, index) => index >= start.length || matches(pattern, start[index]))) continue;
    if (bytes.length <= start.length) return format;
    needsMore = true;
  }
  return needsMore ? 'more' : undefined;
}

function matches(pattern: BytePattern, byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return typeof pattern === 'number' ? pattern === byte : pattern[0] <= byte && byte <= pattern[1];
}
