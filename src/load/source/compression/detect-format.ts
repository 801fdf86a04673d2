import type { Buffer } from 'node:buffer';
import { html, json, signatures, tar, xml, type BytePattern, type FileFormat } from './file-formats.ts';

/** Bytes that decide whether a text is HTML, XML or JSON. */
const textBytes = 512;
/** Offset and value of the magic field of a tar header (POSIX pax, "ustar Interchange Format"), and the length of a name. */
const tarMagic = { offset: 257, text: 'ustar', nameBytes: 100 } as const;

/** The mark of UTF-8, or its first bytes if there are no more. */
const byteOrderMark = /^(?:\xef\xbb\xbf|\xef\xbb?$)/;

/** How texts start that are not CSV. None of them can be the start of a sensible header. */
const textStarts: readonly { readonly pattern: RegExp; readonly format: FileFormat }[] = [
  { pattern: /^<!doctype\s+html[\s>]/i, format: html },
  { pattern: /^<html(?:\s[^<>]*)?>\s*</i, format: html },
  { pattern: /^<\?xml\s+version\s*=/, format: xml },
  // An object, or an array of objects: a name in quotes and a colon.
  { pattern: /^(?:\[\s*)?\{\s*"(?:[^"\\\n]|\\.)*"\s*:/, format: json },
];

/**
 * Detects the format of a source from its first bytes.
 * @param isWhole whether the source has no more bytes
 * @returns Undefined if no format is recognized; `more` if more bytes are needed to decide.
 */
export function detectFormat(start: Buffer, isWhole = false): FileFormat | 'more' | undefined {
  let needsMore = false;
  for (const { bytes, format } of signatures) {
    if (!bytes.every((pattern, index) => index >= start.length || matches(pattern, start[index]))) continue;
    if (bytes.length <= start.length) return format;
    needsMore = true;
  }
  const detected = detectTar(start) ?? detectText(start, isWhole);
  const result = detected ?? (needsMore ? 'more' : undefined);
  return isWhole && result === 'more' ? undefined : result;
}

function matches(pattern: BytePattern, byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return typeof pattern === 'number' ? pattern === byte : pattern[0] <= byte && byte <= pattern[1];
}

/** Only a source with a NUL where tar fills up the name needs more bytes. */
function detectTar(start: Buffer): FileFormat | 'more' | undefined {
  const { offset, text, nameBytes } = tarMagic;
  if (!start.subarray(0, nameBytes).includes(0)) return undefined;
  if (start.length < offset + text.length) return 'more';
  return start.toString('latin1', offset, offset + text.length) === text ? tar : undefined;
}

function detectText(start: Buffer, isWhole: boolean): FileFormat | 'more' | undefined {
  const text = start.toString('latin1', 0, textBytes).replace(byteOrderMark, '').trimStart();
  if (text !== '' && !/^[<[{]/.test(text)) return undefined;
  const found = textStarts.find(({ pattern }) => pattern.test(text));
  if (found !== undefined) return found.format;
  return isWhole || start.length >= textBytes ? undefined : 'more';
}
