import type { Buffer } from 'node:buffer';
import * as zlib from 'node:zlib';
import type { LoaderError } from '../../../errors.ts';
import type { Compression } from '../../settings.ts';
import { damaged, foreign, notPackedAs, unpackElsewhere } from '../errors.ts';
import type { Meter } from './progress.ts';
import type { PackedInput } from './packed-input.ts';
import { formatOf, type Packing } from './signature.ts';
import { ZlibFlow, type ZlibStream } from './zlib-flow.ts';
import { isSkippable, zstdMagic, ZstdFrame } from './zstd-frame.ts';

/** Bytes that are unpacked at a time. */
export const unpackedChunkBytes = 256 * 1024;

/** See `ZlibFlow` for the mark. */
const zlibOptions = { chunkSize: unpackedChunkBytes, highWaterMark: 1 };

/** There since Node 22.15. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: typeof zlibOptions) => ZlibStream };

/**
 * How a source is packed, by what it is told to be and by its first bytes, of which nothing is taken.
 * @returns undefined: not at all
 * @throws LoaderError SOURCE_UNREADABLE: a format that is not read here, not the one that it is told to be, or zstd
 * where this Node has none
 */
export async function packingOf(
  input: PackedInput,
  compression: Compression,
  name: string,
): Promise<Packing | undefined> {
  if (compression === 'none') return undefined;
  const format = await formatFound(input);
  if (compression === 'auto') {
    if (format?.packing === undefined && format !== undefined) throw foreign(name, format);
  } else if (format?.packing !== compression) {
    const isEmpty = (await input.more()) === undefined;
    throw notPackedAs(name, compression, isEmpty, format);
  }
  if (format?.packing === 'zstd' && createZstdDecompress === undefined) throw needsNewerNode(name);
  return format?.packing;
}

async function formatFound(input: PackedInput) {
  for (let bytes = 1; ; bytes++) {
    const beginning = await input.peek(bytes);
    const format = formatOf(beginning);
    if (format !== 'more') return format;
    if (beginning.length < bytes) return undefined;
    bytes = beginning.length;
  }
}

/**
 * What packed bytes unpack to, in chunks of about 256 KiB at most with memory of their own (bytes that are not packed come as the input has them): all members of a gzip file, all
 * frames of a zstd one. At most one chunk of the input is read ahead. Whoever ends it early closes the input with it.
 * @throws LoaderError SOURCE_UNREADABLE where they are damaged, cut short, or followed by something else (gzip: other
 * than zeros); what the input throws, as it is
 */
export async function* unpack(
  input: PackedInput,
  packing: Packing | undefined,
  name: string,
  meter: Meter,
): AsyncGenerator<Buffer, void, void> {
  const chunks =
    packing === undefined ? asTheyAre(input) : packing === 'gzip' ? gunzip(input, name) : unzstd(input, name);
  try {
    for await (const chunk of chunks) {
      meter.add(input.taken, chunk.length);
      yield chunk;
    }
    meter.add(input.taken, 0);
  } catch (error) {
    throw isOfZlib(error) ? explain(name, error) : error;
  } finally {
    await input.close();
  }
}

async function* asTheyAre(input: PackedInput): AsyncGenerator<Buffer, void, void> {
  for (let chunk = await input.more(); chunk !== undefined; chunk = await input.more()) {
    input.take(chunk.length);
    yield chunk;
  }
}

async function* gunzip(input: PackedInput, name: string): AsyncGenerator<Buffer, void, void> {
  const flow = new ZlibFlow(input, zlib.createGunzip(zlibOptions));
  yield* flow.unpack(members(input, flow));
  await assertPadding(input, name);
}

/** Members that follow each other are unpacked by zlib; at a zero behind one it stops without a word. */
async function* members(input: PackedInput, flow: ZlibFlow): AsyncGenerator<Buffer, void, void> {
  for (let piece = await input.more(); piece !== undefined; piece = await input.more()) {
    const isUsed = yield* flow.pass(piece);
    if (!isUsed) return;
  }
}

/** Zeros behind the last member are allowed, as by gzip(1): tapes and block devices fill up with them. */
async function assertPadding(input: PackedInput, name: string): Promise<void> {
  for (let rest = await input.more(); rest !== undefined; rest = await input.more()) {
    const other = rest.findIndex((byte) => byte !== 0);
    if (other !== -1) throw followedByOther(name, input.taken + other);
    input.take(rest.length);
  }
}

async function* unzstd(input: PackedInput, name: string): AsyncGenerator<Buffer, void, void> {
  if (createZstdDecompress === undefined) throw needsNewerNode(name);
  const flow = new ZlibFlow(input, createZstdDecompress(zlibOptions));
  yield* flow.unpack(frames(input, flow, name));
}

async function* frames(input: PackedInput, flow: ZlibFlow, name: string): AsyncGenerator<Buffer, void, void> {
  for (;;) {
    const start = await input.peek(4);
    if (start.length === 0) return;
    const magic = start.length < 4 ? 0 : start.readUInt32LE();
    if (isSkippable(magic)) await skip(input, name);
    else if (magic === zstdMagic) yield* frame(input, flow, name);
    else throw followedByOther(name, input.taken);
  }
}

async function* frame(input: PackedInput, flow: ZlibFlow, name: string): AsyncGenerator<Buffer, void, void> {
  const end = new ZstdFrame();
  while (!end.isWhole) {
    const piece = await input.more();
    if (piece === undefined) throw cutShort(name);
    const isUsed = yield* flow.pass(piece.subarray(0, end.take(piece)));
    if (!isUsed) throw damaged(name, 'a frame ends before its end');
  }
}

/** A frame without content: magic number, length, and as many bytes. */
async function skip(input: PackedInput, name: string): Promise<void> {
  const start = await input.peek(8);
  if (start.length < 8) throw cutShort(name);
  for (let left = 8 + start.readUInt32LE(4); left > 0;) {
    const piece = await input.more();
    if (piece === undefined) throw cutShort(name);
    const bytes = Math.min(left, piece.length);
    input.take(bytes);
    left -= bytes;
  }
}

function needsNewerNode(name: string): LoaderError {
  return unpackElsewhere(name, `zstd takes Node 22.15 or later, this is ${process.versions.node}`, 'zstd -dc');
}

function isOfZlib(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code));
}

/** What zlib says, by its code or its words: those are the same since 1995. */
function explain(name: string, error: Error & { code: string }): LoaderError {
  const { code, message } = error;
  if (code === 'Z_BUF_ERROR') return cutShort(name, error);
  if (/^incorrect (data|length) check$/.test(message) || code === 'ZSTD_error_checksum_wrong') {
    return damaged(name, 'what it unpacks to does not have the checksum it should', error);
  }
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return unpackElsewhere(name, 'it takes more than 128 MiB of memory', 'zstd -dc --long=31', error);
  }
  if (code === 'ZSTD_error_dictionary_wrong') {
    return unpackElsewhere(name, 'it was packed with a dictionary', 'zstd -dc -D DICTIONARY', error);
  }
  // That of the first member was looked at before.
  if (message === 'incorrect header check') return damaged(name, 'something else follows its packed data', error);
  return damaged(name, message, error);
}

function cutShort(name: string, cause?: unknown): LoaderError {
  return damaged(name, 'it ends in the middle of its packed data', cause);
}

function followedByOther(name: string, offset: number): LoaderError {
  return damaged(name, `something else follows its packed data, at byte ${offset}`);
}
