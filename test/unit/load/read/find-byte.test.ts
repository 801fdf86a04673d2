import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { noByte } from '../../../../src/load/read/bytes.ts';
import { findByte } from '../../../../src/load/read/find-byte.ts';

test.each([0x00, 0x0a, 0x22, 0x7f])('findByte finds the byte %i at every position, among similar bytes', (byte) => {
  for (const length of [0, 1, 3, 4, 5, 31, 36, 70]) {
    for (let at = 0; at <= length; at++) {
      const memory = Buffer.alloc(length + 2, byte);
      const chunk = memory.subarray(1, length + 1);
      for (let i = 0; i < at; i++) chunk[i] = byte ^ ([0x01, 0x80, 0xff, 0x81][(i + at) % 4] ?? 0);
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let from = 0; from <= at; from++) expect(findByte(chunk, view, byte, from)).toBe(at);
      expect(findByte(chunk, view, noByte, 0)).toBe(length);
    }
  }
});
