import type { Buffer } from 'node:buffer';
import type { LoaderError } from '../../../errors.ts';
import type { Compression } from '../../settings.ts';
import {
  createDamagedSourceError,
  createNeedsProgramError,
  createUnsupportedFormatError,
  createWrongCompressionError,
} from '../errors.ts';
import type { CompressedInput } from './compressed-input.ts';
import type { DecompressionProgress } from './decompression-progress.ts';
import { detectFormat } from './detect-format.ts';
import { pipeHint, type CompressionFormat, type FileFormat } from './file-formats.ts';
import { ZlibDecompressor, type ZlibTransform } from './zlib-decompressor.ts';
import { isSkippable, zstdMagic, ZstdFrameScanner } from './zstd-frame-scanner.ts';

type Chunks = AsyncGenerator<Buffer, void, void>;

/** Bytes to decompress at a time. */
export const decompressedChunkBytes = 256 * 1024;

/** `ZlibDecompressor` explains the high-water mark. */
const zlibOptions = { chunkSize: decompressedChunkBytes, highWaterMark: 1 };

/** Loaded only for compressed sources. zstd is available since Node.js 22.15. */
function zlib() {
  return process.getBuiltinModule('node:zlib') as Pick<typeof import('node:zlib'), 'createGunzip'> & {
    createZstdDecompress?: (options: typeof zlibOptions) => ZlibTransform;
  };
}

/**
 * Determines the compression of a source from the setting and its first bytes. Consumes nothing.
 * @returns Undefined if the source is not compressed.
 * @throws LoaderError SOURCE_UNREADABLE: the format is not supported, differs from the setting, or is zstd and this
 * Node.js has no zstd.
 */
export async function detectCompression(input: CompressedInput, compression: Compression, name: string) {
  if (compression === 'none') return undefined;
  const format = await detectInputFormat(input);
  if (compression === 'auto') {
    if (format !== undefined && format.compression === undefined) throw createUnsupportedFormatError(name, format);
  } else if (format?.compression !== compression) {
    const isEmpty = (await input.next()) === undefined;
    const description = format?.description ?? (isEmpty ? 'empty' : `not a ${compression} file`);
    throw createWrongCompressionError(name, compression, `it is ${description}`);
  }
  if (format?.compression === 'zstd' && zlib().createZstdDecompress === undefined) throw newerNodeError(name);
  return format?.compression;
}

async function detectInputFormat(input: CompressedInput): Promise<FileFormat | undefined> {
  for (let bytes = 1; ; bytes++) {
    const start = await input.peek(bytes);
    const format = detectFormat(start, start.length < bytes);
    if (format !== 'more') return format;
    bytes = start.length;
  }
}

/**
 * Decompresses all members of a gzip file or all frames of a zstd file. Yields chunks of about 256 KiB or less, each
 * with its own memory. Uncompressed input is passed on unchanged. At most one chunk of the input is read ahead.
 * Ending the iteration early closes the input.
 * @throws LoaderError SOURCE_UNREADABLE if the data is damaged, incomplete, or followed by other data (gzip: other
 * than zeros); FORMAT_UNSUPPORTED if the decompressed data is no CSV, such as a tar archive. Errors of the input are
 * thrown unchanged.
 */
export async function* decompress(
  input: CompressedInput,
  format: CompressionFormat | undefined,
  name: string,
  progress: DecompressionProgress,
): Chunks {
  const chunks = format === undefined ? copy(input) : format === 'gzip' ? gunzip(input, name) : unzstd(input, name);
  try {
    let isFirst = format !== undefined;
    for await (const chunk of chunks) {
      if (isFirst) assertCsv(chunk, name);
      isFirst = false;
      progress.add(input.consumedBytes, chunk.length);
      yield chunk;
    }
    progress.add(input.consumedBytes, 0);
  } catch (error) {
    throw isZlibError(error) ? explain(name, error) : error;
  } finally {
    await input.close();
  }
}

/** @param start of the decompressed data. @throws LoaderError FORMAT_UNSUPPORTED */
function assertCsv(start: Buffer, name: string): void {
  const format = detectFormat(start, true);
  if (format === undefined || format === 'more') return;
  const { compression, description } = format;
  if (compression === undefined) throw createUnsupportedFormatError(name, format);
  const twice = `${description}, inside of another compression`;
  throw createUnsupportedFormatError(name, { description: twice, hint: pipeHint(`${compression} -dc`) });
}

async function* copy(input: CompressedInput): Chunks {
  for (let chunk = await input.next(); chunk !== undefined; chunk = await input.next()) {
    input.consume(chunk.length);
    yield chunk;
  }
}

async function* gunzip(input: CompressedInput, name: string): Chunks {
  const decompressor = new ZlibDecompressor(input, zlib().createGunzip(zlibOptions));
  yield* decompressor.run(passMembers(input, decompressor));
  await assertPadding(input, name);
}

/** zlib decompresses consecutive members. It stops silently at a zero after a member. */
async function* passMembers(input: CompressedInput, decompressor: ZlibDecompressor): Chunks {
  for (let piece = await input.next(); piece !== undefined; piece = await input.next()) {
    const isConsumed = yield* decompressor.pass(piece);
    if (!isConsumed) return;
  }
}

/** Allows zeros after the last member, as gzip(1) does: tapes and block devices are padded with them. */
async function assertPadding(input: CompressedInput, name: string): Promise<void> {
  for (let rest = await input.next(); rest !== undefined; rest = await input.next()) {
    const other = rest.findIndex((byte) => byte !== 0);
    if (other !== -1) throw unexpectedDataError(name, input.consumedBytes + other);
    input.consume(rest.length);
  }
}

async function* unzstd(input: CompressedInput, name: string): Chunks {
  const { createZstdDecompress } = zlib();
  if (createZstdDecompress === undefined) throw newerNodeError(name);
  const decompressor = new ZlibDecompressor(input, createZstdDecompress(zlibOptions));
  yield* decompressor.run(passFrames(input, decompressor, name));
}

async function* passFrames(input: CompressedInput, decompressor: ZlibDecompressor, name: string): Chunks {
  for (;;) {
    const start = await input.peek(4);
    if (start.length === 0) return;
    const magic = start.length < 4 ? 0 : start.readUInt32LE();
    if (isSkippable(magic)) await skipFrame(input, name);
    else if (magic === zstdMagic) yield* passFrame(input, decompressor, name);
    else throw unexpectedDataError(name, input.consumedBytes);
  }
}

async function* passFrame(input: CompressedInput, decompressor: ZlibDecompressor, name: string): Chunks {
  const scanner = new ZstdFrameScanner();
  while (!scanner.isComplete) {
    const piece = await input.next();
    if (piece === undefined) throw incompleteError(name);
    const isConsumed = yield* decompressor.pass(piece.subarray(0, scanner.scan(piece)));
    if (!isConsumed) throw createDamagedSourceError(name, 'a frame ends early');
  }
}

/** Skips a frame without content: magic number, length, and that many bytes. */
async function skipFrame(input: CompressedInput, name: string): Promise<void> {
  const start = await input.peek(8);
  if (start.length < 8) throw incompleteError(name);
  for (let left = 8 + start.readUInt32LE(4); left > 0;) {
    const piece = await input.next();
    if (piece === undefined) throw incompleteError(name);
    const bytes = Math.min(left, piece.length);
    input.consume(bytes);
    left -= bytes;
  }
}

function newerNodeError(name: string): LoaderError {
  return createNeedsProgramError(
    name,
    `zstd requires Node.js 22.15 or later, but this is ${process.versions.node}`,
    'zstd -dc',
  );
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code));
}

/** Explains an error of zlib by its code or message. The messages have not changed since 1995. */
function explain(name: string, error: Error & { code: string }): LoaderError {
  const { code, message } = error;
  if (code === 'Z_BUF_ERROR') return incompleteError(name, error);
  if (/^incorrect (data|length) check$/.test(message) || code === 'ZSTD_error_checksum_wrong') {
    return createDamagedSourceError(name, 'the checksum of the decompressed data does not match', error);
  }
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return createNeedsProgramError(name, 'it requires more than 128 MiB of memory', 'zstd -dc --long=31', error);
  }
  if (code === 'ZSTD_error_dictionary_wrong') {
    return createNeedsProgramError(name, 'it requires a dictionary', 'zstd -dc -D DICTIONARY', error);
  }
  // The header of the first member was checked before.
  if (message === 'incorrect header check') return unexpectedDataError(name, undefined, error);
  return createDamagedSourceError(name, message, error);
}

function incompleteError(name: string, cause?: unknown): LoaderError {
  return createDamagedSourceError(name, 'the compressed data is incomplete', cause);
}

function unexpectedDataError(name: string, offset: number | undefined, cause?: unknown): LoaderError {
  const where = offset === undefined ? '' : ` at byte ${offset}`;
  return createDamagedSourceError(name, `unexpected data follows the compressed data${where}`, cause);
}
