import { Buffer } from 'node:buffer';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { formatOf } from '../../../../../src/load/source/packed/signature.ts';
import { rawFrame, skippableFrame } from './packing.ts';

/** A zip archive of one file, up to where its bytes begin. */
const zip = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), deflateRawSync('id\n')]);

test.each<readonly [string, Buffer]>([
  ['gzip', gzipSync('id\n')],
  ['zstd', rawFrame(['id\n'])],
  ['zstd', skippableFrame(4)],
  ['a zip archive', zip],
  ['a zip archive', Buffer.from('PK\x05\x06\0\0', 'latin1')],
  ['packed by xz', Buffer.from('fd377a585a000004', 'hex')],
  ['packed by bzip2', Buffer.from('BZh91AY&SY\x12', 'latin1')],
  ['packed by bzip2', Buffer.from('425a683117724538509000000000', 'hex')],
  ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex')],
  ['packed by lz4', Buffer.from('04224d186440', 'hex')],
  ['a Parquet file', Buffer.from('PAR1\x15\x04', 'latin1')],
  ['Office', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
])('%s is known by its first bytes, however few of them come first', (what, bytes) => {
  expect(formatOf(bytes)).toSatisfy((found: ReturnType<typeof formatOf>) => {
    if (found === undefined || found === 'more') return false;
    return found.packing === undefined ? found.what.includes(what) : found.packing === what;
  });
  let told = 0;
  for (let length = 0; length <= bytes.length; length++) {
    const found = formatOf(bytes.subarray(0, length));
    if (found === 'more') expect(told).toBe(0);
    else expect(found).toEqual(formatOf(bytes));
    if (found !== 'more') told++;
  }
  expect(told).toBeGreaterThan(0);
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
])('%j is the beginning of a text', (text) => {
  const bytes = Buffer.from(`${text}1,2,3,4,5,6,7,8`, 'latin1');
  expect(formatOf(bytes)).toBeUndefined();
});

test.each(['', 'P', 'PA', '\x1f', '\x1f\x8b', '(', 'BZh9', '\x04"M'])('%j does not tell yet', (text) => {
  expect(formatOf(Buffer.from(text, 'latin1'))).toBe('more');
});

test.each(['i', '"', '\n', '\xef', '1', 'x'])('%j tells enough', (text) => {
  expect(formatOf(Buffer.from(text, 'latin1'))).toBeUndefined();
});
