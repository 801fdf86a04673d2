import { Buffer } from 'node:buffer';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { detectFormat } from '../../../../../src/load/source/compression/detect-format.ts';
import { rawFrame, skippableFrame } from './compressing.ts';

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
  expect(detectFormat(bytes)).toBeUndefined();
});

test.each(['', 'P', 'PA', '\x1f', '\x1f\x8b', '(', 'BZh9', '\x04"M'])(
  'detectFormat needs more bytes after %j',
  (text) => {
    expect(detectFormat(Buffer.from(text, 'latin1'))).toBe('more');
  },
);

test.each(['i', '"', '\n', '\xef', '1', 'x'])('detectFormat needs no more bytes after %j', (text) => {
  expect(detectFormat(Buffer.from(text, 'latin1'))).toBeUndefined();
});
