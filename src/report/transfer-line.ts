import { cutTo, printable } from '../text/cells.ts';
import { baseName, formatBytes, formatSeconds } from '../text/format.ts';
import type { Pace, Paced } from './pace.ts';
import { percent } from './progress-line.ts';

/** A look at a file on its way. */
export interface Transfer {
  readonly name: string;
  /** Which one it is, from 1 to `files`. */
  readonly number: number;
  readonly files: number;
  /** Bytes that have arrived. */
  readonly bytes: number;
  /** Undefined where that is not known. */
  readonly sizeBytes: number | undefined;
}

/** `45%  1/3 people.csv  45 MB of 100 MB  12 MB/s  5 s left`, at most `columns - 1` cells wide. */
export function transferBar(transfer: Transfer, pace: Pace, columns: number): string {
  return cutTo(partsOf({ ...transfer, name: baseName(transfer.name) }, pace).join('  '), Math.max(1, columns - 1));
}

/** The same for a log. */
export function transferLine(transfer: Transfer, pace: Pace): string {
  return partsOf(transfer, pace).join(', ');
}

/** What a pace is followed by: bytes in place of records. */
export function pacedBy({ bytes, sizeBytes }: Transfer): Paced {
  return { acknowledged: bytes, writeUnits: undefined, done: shareOf(bytes, sizeBytes), state: 'loading' };
}

function partsOf({ name, number, files, bytes, sizeBytes }: Transfer, pace: Pace): string[] {
  const share = shareOf(bytes, sizeBytes);
  return [
    ...(share === undefined ? [] : [percent(share)]),
    `${files > 1 ? `${number}/${files} ` : ''}${printable(name)}`,
    sizeBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(sizeBytes)}`,
    `${formatBytes(Math.round(pace.recordsPerSecond))}/s`,
    ...(pace.secondsLeft === undefined ? [] : [`${formatSeconds(pace.secondsLeft)} left`]),
  ];
}

function shareOf(bytes: number, sizeBytes: number | undefined): number | undefined {
  if (sizeBytes === undefined) return undefined;
  return sizeBytes === 0 ? 1 : Math.min(1, bytes / sizeBytes);
}
