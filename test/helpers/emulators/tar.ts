import type { Buffer } from 'node:buffer';

export interface TarFile {
  readonly path: string;
  readonly bytes: Buffer;
}

const blockBytes = 512;

/** Yields the regular files of a ustar archive as npm creates it (without long-name extensions). */
export function* tarFiles(archive: Buffer): Generator<TarFile> {
  let offset = 0;
  while (offset + blockBytes <= archive.length) {
    const header = archive.subarray(offset, offset + blockBytes);
    if (header[0] === 0) return;
    const name = text(header, 0, 100);
    const prefix = text(header, 345, 155);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const start = offset + blockBytes;
    const kind = text(header, 156, 1);
    if (kind === '0' || kind === '') {
      yield { path: prefix === '' ? name : `${prefix}/${name}`, bytes: archive.subarray(start, start + size) };
    }
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
  }
}

function text(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end).trim();
}
