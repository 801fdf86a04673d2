import { describe, expect, it } from 'vitest';
import { toMemory, toSpan } from '../../../../src/load/memory.ts';
import { toCanonicalNumber, getNumberFault, getNumberSize } from '../../../../src/dynamodb/number.ts';
import { findInvalidUtf8, maxEscapedBytes, writeText } from '../../../../src/load/map/text.ts';
import type { AttributeType } from '../../../../src/load/settings.ts';
import { below, random, sampled } from '../../../helpers/random.ts';
import { keysOf, mapperOf, outcomeOf, recordOf, sizeOfItem } from '../../../unit/load/map/records.ts';

/** Returns a seeded random function for integers from 0 to below a limit. */
function randomFrom(seed: number): (limit: number) => number {
  const chance = random(seed);
  return (limit) => below(limit, chance);
}

const seeds = sampled([1, 2, 3, 4]);

describe('random numbers match a model with big integers', () => {
  /** Returns the value as an integer without trailing zeros, times a power of ten. */
  function modelOf(text: string): { integer: bigint; exponent: number } {
    const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
    const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
    let integer = BigInt(whole + fraction);
    let scale = Number(exponent) - fraction.length + 0;
    if (integer === 0n) return { integer, exponent: 0 };
    for (; integer % 10n === 0n; scale++) integer /= 10n;
    return { integer: text.startsWith('-') ? -integer : integer, exponent: scale };
  }

  function verdictOf(text: string): string {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return 'NOT_A_NUMBER';
    const { integer, exponent } = modelOf(text);
    if (integer === 0n) return 'ok';
    const digits = String(integer).replace('-', '').length;
    const magnitude = digits - 1 + exponent;
    if (magnitude < -130 || magnitude > 125) return 'NUMBER_OUT_OF_RANGE';
    return digits > 38 ? 'NUMBER_TOO_PRECISE' : 'ok';
  }

  it.each(seeds)('with seed %i', (seed) => {
    const upTo = randomFrom(seed);
    const pick = (...texts: string[]): string => texts[upTo(texts.length)] ?? '';
    const digits = (maxLength: number): string =>
      Array.from({ length: upTo(maxLength) }, () => pick('0', '0', String(upTo(10)))).join('');
    const valueOfKey = new Map<string, string>();
    const keyOfValue = new Map<string, string>();
    for (let round = 0; round < 5000; round++) {
      const maxLength = upTo(8) === 0 ? 45 : 4;
      let text = pick('', '', '-', '+') + digits(maxLength) + pick('', '', '.') + digits(maxLength);
      if (upTo(2) === 0) text += pick('e', 'E') + pick('', '-', '+') + digits(upTo(6) === 0 ? 5 : 3);
      const bytes = Buffer.from(`5${text}5`);
      const size = getNumberSize(bytes, 1, 1 + text.length);
      const verdict = verdictOf(text);
      expect(size < 0 ? getNumberFault(size) : 'ok', text).toBe(verdict);
      if (verdict !== 'ok') continue;

      const key = toCanonicalNumber(bytes, 1, 1 + text.length);
      const { integer, exponent } = modelOf(text);
      const value = `${integer} ${exponent}`;
      expect(valueOfKey.get(key) ?? value, text).toBe(value);
      expect(keyOfValue.get(value) ?? key, text).toBe(key);
      valueOfKey.set(key, value);
      keyOfValue.set(value, key);
      // The canonical text is a number of the same value, and is canonical itself.
      expect(modelOf(key), text).toEqual({ integer, exponent });
      expect(toCanonicalNumber(Buffer.from(key), 0, key.length), text).toBe(key);
    }
    expect(keyOfValue.size).toBeGreaterThan(500);
  });
});

describe('random bytes match TextDecoder', () => {
  it.each(seeds)('with seed %i', (seed) => {
    const upTo = randomFrom(seed);
    const boundaryBytes = [
      0x22, 0x5c, 0x0a, 0x1f, 0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1,
    ];
    boundaryBytes.push(0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff);
    const samples = Buffer.from('aé€😀\ud7ff\ue000\u{10ffff}"\\\0');
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let valid = 0;
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.alloc(upTo(12));
      const style = upTo(3);
      const from = upTo(samples.length);
      for (let at = 0; at < bytes.length; at++) {
        if (style === 0) bytes[at] = boundaryBytes[upTo(boundaryBytes.length)] ?? 0;
        else bytes[at] = samples[(from + at) % samples.length] ?? 0;
        if (style === 2 && upTo(4) === 0) bytes[at] = upTo(256);
      }
      let expected: string | undefined;
      try {
        expected = decoder.decode(bytes);
      } catch {
        expected = undefined;
      }
      const out = toMemory(Buffer.alloc(bytes.length * maxEscapedBytes));
      const end = writeText(out, 0, toSpan(bytes));
      const text = end < 0 ? undefined : (JSON.parse(`"${out.bytes.toString('utf8', 0, end)}"`) as string);
      expect(text, bytes.toString('hex')).toBe(expected);
      expect(findInvalidUtf8(bytes, 0, bytes.length) < 0).toBe(expected !== undefined);
      if (expected !== undefined) valid++;
    }
    expect(valid).toBeGreaterThan(300);
  });
});

describe('random records match JSON.parse and a simple size model', () => {
  it.each(seeds)('with seed %i', (seed) => {
    const upTo = randomFrom(seed);
    const characters = Array.from('ab 0"\\\n\r\t\0\u001f,é€😀\u2028');
    const textOf = (maxLength: number): string =>
      Array.from({ length: upTo(maxLength) }, () => characters[upTo(characters.length)]).join('');
    const types: readonly AttributeType[] = ['S', 'N', 'BOOL', 'NULL', 'B'];

    for (let round = 0; round < 150; round++) {
      const columns = Array.from({ length: 1 + upTo(8) }, (_, index) => ({
        name: `${index}${textOf(6)}`,
        type: types[upTo(types.length)] ?? 'S',
      }));
      const header = ['id', ...columns.map(({ name }) => name)];
      const map = mapperOf(header, {}, { types: new Map(columns.map(({ name, type }) => [name, type])) });

      for (let turn = 0; turn < 10; turn++) {
        const id = `k${textOf(5)}`;
        const item: Record<string, Record<string, unknown>> = { id: { S: id } };
        const fields = columns.map(({ name, type }) => {
          const text = {
            S: textOf(30),
            N: numberText(),
            BOOL: upTo(2) ? 'true' : 'false',
            NULL: '',
            B: base64Text(),
          };
          const field = upTo(5) === 0 ? '' : text[type];
          if (type === 'NULL') item[name] = { NULL: true };
          else if (field !== '') item[name] = { [type]: valueOf(type, field) };
          return field;
        });
        const result = map(recordOf([id, ...fields]));
        expect(JSON.parse(outcomeOf(result))).toEqual(item);
        expect(result).toMatchObject({ sizeBytes: sizeOfItem(item) });
        expect(keysOf(result).key).toBe(Buffer.from(id).toString('latin1'));
      }
    }

    function valueOf(type: AttributeType, field: string): unknown {
      if (type === 'BOOL') return field === 'true';
      return type === 'N' ? field.replace(/^\+/, '') : field;
    }

    function numberText(): string {
      const sign = ['', '-', '+'][upTo(3)] ?? '';
      const exponent = upTo(2) === 0 ? '' : `e${upTo(200) - 100}`;
      return `${sign}${upTo(1e6)}.${upTo(1e6)}${exponent}`;
    }

    function base64Text(): string {
      return Buffer.from(textOf(10)).toString('base64');
    }
  });
});
