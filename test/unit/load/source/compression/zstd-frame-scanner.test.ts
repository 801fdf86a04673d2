import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { isSkippable, ZstdFrameScanner } from '../../../../../src/load/source/compression/zstd-frame-scanner.ts';
import { rawFrame } from './compressing.ts';

const magic = [0x28, 0xb5, 0x2f, 0xfd];
/** A last block with three raw bytes, and one that repeats a byte 100,000 times. */
const rawBlock = [(3 << 3) | 1, 0, 0, 0x61, 0x62, 0x63];
const repeated = (100_000 << 3) | (1 << 1) | 1;
const repeatedBlock = [repeated & 0xff, (repeated >> 8) & 0xff, repeated >> 16, 0x61];

test.each<readonly [string, readonly number[]]>([
  ['a window', [...magic, 0x00, 0x58, ...rawBlock]],
  ['a single segment with a content size of a byte', [...magic, 0x20, 3, ...rawBlock]],
  ['a content size of two bytes', [...magic, 0x40, 0x58, 3, 0, ...rawBlock]],
  ['a single segment with a content size of two bytes', [...magic, 0x60, 3, 0, ...rawBlock]],
  ['a content size of four bytes', [...magic, 0x80, 0x58, 3, 0, 0, 0, ...rawBlock]],
  ['a content size of eight bytes', [...magic, 0xc0, 0x58, 3, 0, 0, 0, 0, 0, 0, 0, ...rawBlock]],
  ['a dictionary of one byte', [...magic, 0x01, 0x58, 9, ...rawBlock]],
  ['a dictionary of two bytes', [...magic, 0x02, 0x58, 9, 9, ...rawBlock]],
  ['a dictionary of four bytes', [...magic, 0x03, 0x58, 9, 9, 9, 9, ...rawBlock]],
  ['a checksum', [...magic, 0x04, 0x58, ...rawBlock, 1, 2, 3, 4]],
  ['a block that repeats a byte', [...magic, 0x00, 0x58, ...repeatedBlock]],
  ['a block that repeats a byte, and a checksum', [...magic, 0x04, 0x58, ...repeatedBlock, 1, 2, 3, 4]],
  ['an empty block', [...magic, 0x00, 0x58, 1, 0, 0]],
  ['several blocks', [...rawFrame(['id,name\n', '', 'x'.repeat(1000), '1,Ada\n'])]],
])('ZstdFrameScanner finds the end of a frame with %s, whatever follows it', (_, bytes) => {
  const frame = Buffer.from(bytes);
  const input = Buffer.concat([frame, Buffer.from(magic), Buffer.alloc(20)]);
  for (const pieceBytes of [1, 2, 5, input.length]) {
    const scanner = new ZstdFrameScanner();
    let scanned = 0;
    while (!scanner.isComplete) {
      expect(scanned).toBeLessThan(frame.length);
      scanned += scanner.scan(input.subarray(scanned, scanned + pieceBytes));
    }
    expect(scanned).toBe(frame.length);
    expect(scanner.scan(input.subarray(scanned))).toBe(0);
  }
});

test.each([
  [0x184d2a4f, false],
  [0x184d2a50, true],
  [0x184d2a5f, true],
  [0x184d2a60, false],
  [0xfd2fb528, false],
])('isSkippable recognizes the magic number %i: %s', (number, expected) => {
  expect(isSkippable(number)).toBe(expected);
});
