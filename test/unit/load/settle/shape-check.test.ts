import { expect, test } from 'vitest';
import { addMisshapen, checkShape, type Misshapen } from '../../../../src/load/settle/shape-check.ts';

/** Counts records with these numbers of fields, in a round. */
function count(records: number, found: readonly number[], expected: readonly number[]): Misshapen | null {
  let sum: Misshapen | null = null;
  for (let n = 0; n < records; n++) {
    // As a checkpoint stores it.
    sum = JSON.parse(JSON.stringify(sum)) as Misshapen | null;
    sum = addMisshapen(sum, { found: found[n % found.length] ?? 0, expected: expected[n % expected.length] ?? 0 });
  }
  return sum;
}

test.each([
  ['equal numbers', [3], [1], 'the first 100 records cannot be loaded: the header has 1 field, all records have 3'],
  ['different numbers', [5, 3], [2], 'the first 100 records cannot be loaded: the header has 2 fields, the records have 3 to 5'], // prettier-ignore
  ['several headers', [3], [1, 2], 'the first 100 records cannot be loaded: the headers have 1 to 2 fields, all records have 3'], // prettier-ignore
])('100 records with %s of fields stop a load', (_, found, expected, message) => {
  const before = count(99, found, expected);
  expect(before && checkShape(before)).toBeUndefined();
  const sum = count(100, found, expected);
  expect(sum && checkShape(sum)).toMatchObject({ code: 'TOO_MANY_ERRORS', exitStatus: 2, message });
});
