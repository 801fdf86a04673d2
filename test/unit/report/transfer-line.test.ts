import { expect, test } from 'vitest';
import { trackPace, type Pace } from '../../../src/report/pace.ts';
import {
  toPaceInput,
  formatTransferBar,
  formatTransferLine,
  type Transfer,
} from '../../../src/report/transfer-line.ts';

const transfer: Transfer = { name: 'some/people.csv', number: 1, files: 1, bytes: 45e6, sizeBytes: 100e6 };
const pace: Pace = { recordsPerSecond: 11e6, writeUnitsPerSecond: undefined, secondsLeft: 5, slowdown: undefined };
const atFirst: Pace = { ...pace, recordsPerSecond: 0, secondsLeft: undefined };

test.each<[string, Transfer, Pace, string]>([
  ['one file', transfer, pace, '45%, some/people.csv, 45 MB of 100 MB, 11 MB/s, 5.0 s left'],
  [
    'the second of three',
    { ...transfer, number: 2, files: 3 },
    atFirst,
    '45%, 2/3 some/people.csv, 45 MB of 100 MB, 0 B/s',
  ],
  ['standard input', { ...transfer, name: 'stdin', sizeBytes: undefined }, atFirst, 'stdin, 45 MB, 0 B/s'],
  ['an empty file', { ...transfer, bytes: 0, sizeBytes: 0 }, atFirst, '100%, some/people.csv, 0 B of 0 B, 0 B/s'],
])('the transfer line of %s', (_, one, paced, line) => {
  expect(formatTransferLine(one, paced)).toBe(line);
});

test.each([
  [80, '45%  people.csv  45 MB of 100 MB  11 MB/s  5.0 s left'],
  [20, '45%  people.csv  45'],
  [1, '4'],
])('the transfer bar fits into %i columns', (columns, line) => {
  expect(formatTransferBar(transfer, pace, columns)).toBe(line);
});

test('the pace of a transfer counts bytes', () => {
  const paceOf = trackPace();
  paceOf(toPaceInput({ ...transfer, bytes: 0 }), 0);
  expect(paceOf(toPaceInput({ ...transfer, bytes: 50e6 }), 5_000)).toMatchObject({
    recordsPerSecond: 10e6,
    secondsLeft: 5,
    writeUnitsPerSecond: undefined,
  });
});
