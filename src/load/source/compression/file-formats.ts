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

/** A byte, or a range of bytes with its minimum and maximum. */
export type BytePattern = number | readonly [number, number];

interface Signature {
  readonly bytes: readonly BytePattern[];
  readonly format: FileFormat;
}

/** Suggests to decompress a source with another program. */
export function pipeHint(command: string): string {
  return `Decompress it with "${command} FILE | csv2ddb direct -".`;
}

/** Suggests to convert a file with DuckDB. */
function duckdbHint(from: string): string {
  return `Convert it to CSV with duckdb -csv -c "from ${from}" and pipe the output to csv2ddb direct -.`;
}

const sheetHint = 'Open it in a spreadsheet program and save the sheet as CSV.';

const gzip: FileFormat = { compression: 'gzip', description: 'compressed with gzip' };
const zstd: FileFormat = { compression: 'zstd', description: 'compressed with zstd' };
const bzip2: FileFormat = { description: 'compressed with bzip2', hint: pipeHint('bzip2 -dc') };
const xz: FileFormat = { description: 'compressed with xz', hint: pipeHint('xz -dc') };
const lz4: FileFormat = { description: 'compressed with lz4', hint: pipeHint('lz4 -dc') };
const lzip: FileFormat = { description: 'compressed with lzip', hint: pipeHint('lzip -dc') };
const snappy: FileFormat = { description: 'compressed with Snappy', hint: pipeHint('snzip -dc') };
const sevenZip: FileFormat = { description: 'a 7z archive', hint: pipeHint('7z x -so') };
const rar: FileFormat = { description: 'a RAR archive', hint: pipeHint('unrar p -inul') };
const zip: FileFormat = {
  description: 'a zip archive or an Excel workbook',
  hint: 'Decompress an archive with "unzip -p FILE | csv2ddb direct -", or save the sheet of a workbook as CSV.',
};
const parquet: FileFormat = { description: 'a Parquet file', hint: duckdbHint(`'FILE'`) };
const avro: FileFormat = { description: 'an Avro file', hint: duckdbHint(`read_avro('FILE')`) };
const sqlite: FileFormat = {
  description: 'an SQLite database',
  hint: 'Export a table with sqlite3 -csv -header FILE "select * from TABLE" and pipe the output to csv2ddb direct -.',
};
const access: FileFormat = {
  description: 'a Microsoft Access database',
  hint: 'Export a table with "mdb-export FILE TABLE | csv2ddb direct -".',
};
const postgresDump: FileFormat = {
  description: 'a dump of pg_dump',
  hint: 'Restore it, then export a table with psql -c "\\copy TABLE to stdout csv header".',
};
const hdf: FileFormat = {
  description: 'an HDF5 file',
  hint: "Convert it with python3 -c \"import pandas; pandas.read_hdf('FILE').to_csv('FILE.csv', index=False)\".",
};
const arrow: FileFormat = {
  description: 'an Arrow file',
  hint: "Convert it with python3 -c \"import pandas; pandas.read_feather('FILE').to_csv('FILE.csv', index=False)\".",
};
const office: FileFormat = { description: 'a legacy Office document, such as .xls', hint: sheetHint };
const rtf: FileFormat = { description: 'an RTF document', hint: 'Open it in a word processor and save it as text.' };
const pdf: FileFormat = { description: 'a PDF document', hint: 'Get the data as CSV: a PDF has no records.' };
const image: FileFormat = { description: 'an image', hint: 'Check the name of the file.' };

export const tar: FileFormat = {
  description: 'a tar archive',
  hint: 'Extract it with tar -xf FILE, then load the files in it.',
};
export const html: FileFormat = {
  description: 'an HTML page',
  hint: 'Open the address in a browser: the server sent a page, such as a login or an error, instead of the file.',
};
export const xml: FileFormat = {
  description: 'an XML document',
  hint: 'Read it: a server that refuses a request sends the reason as XML. Convert XML data to CSV.',
};
export const json: FileFormat = { description: 'JSON', hint: duckdbHint(`read_json_auto('FILE')`) };

/** Returns the bytes of ASCII characters. */
const text = (characters: string): number[] => Array.from(characters, (character) => character.charCodeAt(0));

/**
 * First bytes of files, long enough that no header starts with them. Sources: RFC 1952 (gzip), RFC 8878 (zstd and its
 * skippable frames), APPNOTE 4.3 (zip), and the specifications of the other formats.
 */
export const signatures: readonly Signature[] = [
  { bytes: [0x1f, 0x8b, 0x08], format: gzip },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], format: zstd },
  { bytes: [[0x50, 0x5f], 0x2a, 0x4d, 0x18], format: zstd },
  { bytes: [...text('PK'), 0x03, 0x04], format: zip },
  { bytes: [...text('PK'), 0x05, 0x06], format: zip },
  { bytes: [0xfd, ...text('7zXZ'), 0x00], format: xz },
  { bytes: [...text('BZh'), [0x31, 0x39], 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], format: bzip2 },
  { bytes: [...text('BZh'), [0x31, 0x39], 0x17, 0x72, 0x45, 0x38, 0x50, 0x90], format: bzip2 },
  { bytes: [...text('7z'), 0xbc, 0xaf, 0x27, 0x1c], format: sevenZip },
  { bytes: [...text('Rar!'), 0x1a, 0x07], format: rar },
  { bytes: [0x04, 0x22, 0x4d, 0x18], format: lz4 },
  { bytes: [...text('LZIP'), 0x01], format: lzip },
  { bytes: [0xff, 0x06, 0x00, 0x00, ...text('sNaPpY')], format: snappy },
  // `PAR1` alone may be a column name. The next byte starts the first page or the metadata.
  { bytes: [...text('PAR1'), 0x15], format: parquet },
  { bytes: [...text('Obj'), 0x01], format: avro },
  { bytes: [...text('ARROW1'), 0x00, 0x00], format: arrow },
  { bytes: [0x89, ...text('HDF\r\n'), 0x1a], format: hdf },
  { bytes: text('SQLite format 3\0'), format: sqlite },
  { bytes: [0x00, 0x01, 0x00, 0x00, ...text('Standard '), [0x41, 0x4a]], format: access },
  { bytes: [...text('PGDMP'), 0x01], format: postgresDump },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], format: office },
  { bytes: text('{\\rtf1'), format: rtf },
  { bytes: [...text('%PDF-'), [0x31, 0x32], ...text('.')], format: pdf },
  { bytes: [0x89, ...text('PNG\r\n'), 0x1a], format: image },
  { bytes: [0xff, 0xd8, 0xff], format: image },
];
