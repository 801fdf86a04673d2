import { Buffer } from 'node:buffer';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { detectFormat } from '../../../../../src/load/source/compression/detect-format.ts';
import { rawFrame, skippableFrame } from './compressing.ts';

/** Makes the start of a tar archive with one file. */
function makeTar(name: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('ustar', 257);
  return Buffer.concat([header, Buffer.from('id,name\n')]);
}

/** The start of a zip archive with one file. */
const zip = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), deflateRawSync('id\n')]);

test.each<readonly [string, Buffer]>([
  ['compressed with gzip', gzipSync('id\n')],
  ['compressed with zstd', rawFrame(['id\n'])],
  ['compressed with zstd', skippableFrame(4)],
  ['a zip archive', zip],
  ['a zip archive', Buffer.from('PK\x05\x06\0\0', 'latin1')],
  ['compressed with xz', Buffer.from('fd377a585a000004', 'hex')],
  ['compressed with bzip2', Buffer.from('BZh91AY&SY\x12', 'latin1')],
  ['compressed with bzip2', Buffer.from('425a683117724538509000000000', 'hex')],
  ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex')],
  ['compressed with lz4', Buffer.from('04224d186440', 'hex')],
  ['a Parquet file', Buffer.from('PAR1\x15\x04', 'latin1')],
  ['Office', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
  ['a RAR archive', Buffer.from('Rar!\x1a\x07\x00', 'latin1')],
  ['compressed with lzip', Buffer.from('LZIP\x01\x0c', 'latin1')],
  ['compressed with Snappy', Buffer.from('\xff\x06\0\0sNaPpY\0', 'latin1')],
  ['an Avro file', Buffer.from('Obj\x01\x04\x16avro', 'latin1')],
  ['an Arrow file', Buffer.from('ARROW1\0\0\xff', 'latin1')],
  ['an HDF5 file', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')],
  ['an SQLite database', Buffer.from('SQLite format 3\0\x10', 'latin1')],
  ['a Microsoft Access database', Buffer.from('\0\x01\0\0Standard Jet DB\0', 'latin1')],
  ['a dump of pg_dump', Buffer.from('PGDMP\x01\x0e', 'latin1')],
  ['an RTF document', Buffer.from('{\\rtf1\\ansi')],
  ['a PDF document', Buffer.from('%PDF-1.7\n')],
  ['an image', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['an image', Buffer.from('\xff\xd8\xff\xe0', 'latin1')],
  ['an HTML page', Buffer.from('<!DOCTYPE html>\n<title>Login</title>')],
  ['an HTML page', Buffer.from('\r\n<html lang="en">\n<head>')],
  ['an XML document', Buffer.from('\ufeff<?xml version="1.0"?><Error><Code>AccessDenied</Code>')],
  ['JSON', Buffer.from('[\n  {\n    "id": 1')],
  ['JSON', Buffer.from('{"id":1}\n{"id":2}\n')],
  ['JSON', Buffer.from('{"a\\"b": 1')],
])('detectFormat recognizes %s from the first bytes, wherever the first chunk ends', (description, bytes) => {
  const compression = /gzip|zstd/.exec(description)?.[0];
  expect(detectFormat(bytes)).toMatchObject({
    description: expect.stringContaining(description) as string,
    ...(compression !== undefined && { compression }),
  });
  let decided = 0;
  for (let length = 0; length <= bytes.length; length++) {
    const found = detectFormat(bytes.subarray(0, length));
    if (found === 'more') expect(decided).toBe(0);
    else expect(found).toEqual(detectFormat(bytes));
    if (found !== 'more') decided++;
  }
  expect(decided).toBeGreaterThan(0);
});

test.each([
  'id,name\n',
  '\uFEFFid,name\n',
  'P',
  '<id>,name\n',
  '<html>,<body>\n',
  '<!doctype>,name\n',
  '<?xml>,name\n',
  '[id],[name]\n',
  '[{id}],name\n',
  '{id},{name}\n',
  '{"id"},name\n',
  '{},[]\n',
  'SQLite format 3,x\n',
  'Obj,x\n',
  'Rar!,x\n',
  'PGDMP,x\n',
  '%PDF,x\n',
  'ustar,x\n',
  'PAR1,PAR2\n',
  'PAR1\n',
  'PAR1\t',
  'PK,SK\n',
  'BZh,x\n',
  'BZh9,x\n',
  '7z,x\n',
  '(x)\n',
  'Q*M,x\n',
  '\x1f\x8b\x07',
  '\x1f\x9d',
])('detectFormat recognizes no format in text that starts with %j', (text) => {
  const bytes = Buffer.from(`${text}1,2,3,4,5,6,7,8`, 'latin1');
  expect(detectFormat(bytes, true)).toBeUndefined();
});

test.each([
  '',
  ' ',
  '\xef',
  '\xef\xbb\xbf',
  '\n',
  '<',
  '[{',
  'name\0',
  'P',
  'PA',
  '\x1f',
  '\x1f\x8b',
  '(',
  'BZh9',
  '\x04"M',
])('detectFormat needs more bytes after %j', (text) => {
  expect(detectFormat(Buffer.from(text, 'latin1'))).toBe('more');
});

test.each(['i', '"', '\n1', '1', 'x'])('detectFormat needs no more bytes after %j', (text) => {
  expect(detectFormat(Buffer.from(text, 'latin1'))).toBeUndefined();
});

test('detectFormat decides a short text that starts like JSON when it ends', () => {
  expect(detectFormat(Buffer.from('[id]\n1\n'))).toBe('more');
  expect(detectFormat(Buffer.from('[id]\n1\n'), true)).toBeUndefined();
});

test('detectFormat recognizes a tar archive as soon as it has the NUL after its name', () => {
  const tar = makeTar('export/people.csv');
  expect(detectFormat(tar)).toMatchObject({ description: 'a tar archive' });
  expect(detectFormat(tar.subarray(0, 20))).toBe('more');
  expect(detectFormat(tar.fill('x', 257, 262))).toBeUndefined();
});
