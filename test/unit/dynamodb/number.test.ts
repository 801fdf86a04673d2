import { describe, expect, it } from 'vitest';
import { toCanonicalNumber, getNumberFault, getNumberSize } from '../../../src/dynamodb/number.ts';

/** Reads the text from between two digits, to detect reads outside of it. */
function sizeOf(text: string): number {
  const bytes = Buffer.from(`7${text}7`, 'latin1');
  return getNumberSize(bytes, 1, 1 + text.length);
}

function canonicalOf(text: string): string {
  const bytes = Buffer.from(`7${text}7`, 'latin1');
  return toCanonicalNumber(bytes, 1, 1 + text.length);
}

const nines = '9'.repeat(38);

describe('getNumberSize', () => {
  it.each([
    ['0', 1],
    ['-0', 1],
    ['0.000', 1],
    ['0e99999999999999999999', 1],
    ['1', 2],
    ['-1', 3],
    ['12345', 4],
    ['12.5', 3],
    ['-12', 3],
    ['100', 2],
    ['1000', 2],
    ['1001', 3],
    ['0.5', 2],
    ['.05', 2],
    ['0.005', 2],
    ['10.01', 3],
    [nines, 20],
    [`${nines}0`, 21],
    ['1E-130', 2],
    ['9.9E125', 2],
  ])('counts the bytes of %s: %i', (text, size) => {
    expect(sizeOf(text)).toBe(size);
  });
});

describe('a valid number', () => {
  it.each([
    '+1',
    '.5',
    '1.',
    '007',
    '1E5',
    '1e+5',
    '1e-05',
    '-0',
    nines,
    `0.${nines}`,
    `${'0'.repeat(500)}1`,
    `1.${'0'.repeat(500)}`,
    `1${'0'.repeat(500)}e-500`,
    `0.${'0'.repeat(499)}1e500`,
    '1e0000000000000000000000000000000125',
    `${nines}e88`,
    '-9.9999999999999999999999999999999999999E+125',
    '1E-130',
    '10E-131',
  ])('is accepted: %s', (text) => {
    expect(sizeOf(text)).toBeGreaterThan(0);
  });
});

describe('an invalid number', () => {
  it.each([
    ['', 'NOT_A_NUMBER'],
    ['+', 'NOT_A_NUMBER'],
    ['-', 'NOT_A_NUMBER'],
    ['.', 'NOT_A_NUMBER'],
    ['-.', 'NOT_A_NUMBER'],
    ['e5', 'NOT_A_NUMBER'],
    ['.e5', 'NOT_A_NUMBER'],
    ['1e', 'NOT_A_NUMBER'],
    ['1e+', 'NOT_A_NUMBER'],
    ['1e1.5', 'NOT_A_NUMBER'],
    ['1e5e5', 'NOT_A_NUMBER'],
    ['--1', 'NOT_A_NUMBER'],
    ['+-1', 'NOT_A_NUMBER'],
    ['1-', 'NOT_A_NUMBER'],
    ['1.2.3', 'NOT_A_NUMBER'],
    [' 1', 'NOT_A_NUMBER'],
    ['1 ', 'NOT_A_NUMBER'],
    ['1_000', 'NOT_A_NUMBER'],
    ['1,000', 'NOT_A_NUMBER'],
    ['0x10', 'NOT_A_NUMBER'],
    ['NaN', 'NOT_A_NUMBER'],
    ['Infinity', 'NOT_A_NUMBER'],
    ['1\0', 'NOT_A_NUMBER'],
    [`${nines}1`, 'NUMBER_TOO_PRECISE'],
    [`1${'0'.repeat(37)}1`, 'NUMBER_TOO_PRECISE'],
    [`1.${'0'.repeat(37)}1`, 'NUMBER_TOO_PRECISE'],
    ['1E126', 'NUMBER_OUT_OF_RANGE'],
    ['10E125', 'NUMBER_OUT_OF_RANGE'],
    ['-1E126', 'NUMBER_OUT_OF_RANGE'],
    ['9.9E-131', 'NUMBER_OUT_OF_RANGE'],
    [`1${'0'.repeat(126)}`, 'NUMBER_OUT_OF_RANGE'],
    ['1e99999999999999999999999999999999', 'NUMBER_OUT_OF_RANGE'],
    ['1e-99999999999999999999999999999999', 'NUMBER_OUT_OF_RANGE'],
    [`1e${'9'.repeat(1000)}`, 'NUMBER_OUT_OF_RANGE'],
  ])('%s is rejected with %s', (text, code) => {
    const size = sizeOf(text);
    expect(size).toBeLessThan(0);
    expect(getNumberFault(size)).toBe(code);
  });
});

describe('toCanonicalNumber', () => {
  it.each([
    ['0', ['0', '-0', '+0', '00', '.0', '0.', '0e5', '-0.00e-999999999999999999999']],
    ['1', ['1', '1.0', '1e0', '01', '+1', '10e-1', '0.1e1', '0.01E+2', `1.${'0'.repeat(300)}`]],
    ['-12', ['-12', '-012', '-12.', '-1.2e1', '-120e-1']],
    ['1000', ['1000', '1e3', '1000.0', '+1000', '10e2']],
    ['15E-1', ['1.5', '1.50', '01.5', '15e-1', '.15e1', '0.0015e3']],
    ['1E38', ['1e38', `1${'0'.repeat(38)}`, '10E37', `+1${'0'.repeat(38)}.0`]],
    [`1${'0'.repeat(37)}`, ['1e37', `01${'0'.repeat(37)}`]],
    [nines, [nines, `+${nines}`, `${nines}.0`, `0${nines}`]],
    ['1E-130', ['1e-130', '0.1e-129', `0.${'0'.repeat(129)}1`]],
  ])('returns %s for equal numbers', (canonical, spellings) => {
    expect(spellings.map(canonicalOf)).toEqual(spellings.map(() => canonical));
  });

  it('distinguishes numbers that are equal as doubles', () => {
    expect(canonicalOf('9007199254740993')).not.toBe(canonicalOf('9007199254740992'));
    expect(canonicalOf('0.1')).not.toBe(canonicalOf('0.10000000000000001'));
  });
});
