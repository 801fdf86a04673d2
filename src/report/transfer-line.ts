import { cutEnd, toPrintable } from '../text/cells.ts';
import { baseName, formatBytes, formatSeconds } from '../text/format.ts';
import type { Pace, PaceInput } from './pace.ts';
import { formatPercent } from './progress-line.ts';

/** Snapshot of a file transfer. */
export interface Transfer {
  readonly name: string;
  /** Number of the file, from 1 to `files`. */
  readonly number: number;
  readonly files: number;
  /** Bytes transferred. */
  readonly bytes: number;
  /** Undefined if unknown. */
  readonly sizeBytes: number | undefined;
}

/** Returns `45%  1/3 people.csv  45 MB of 100 MB  12 MB/s  5 s left`, at most `columns - 1` cells wide. */
export function formatTransferBar(transfer: Transfer, pace: Pace, columns: number): string {
  return cutEnd(partsOf({ ...transfer, name: baseName(transfer.name) }, pace).join('  '), Math.max(1, columns - 1));
}

/** Returns the same line for a log, without a limit. */
export function formatTransferLine(transfer: Transfer, pace: Pace): string {
  return partsOf(transfer, pace).join(', ');
}

/** Returns the input of `trackPace`, with bytes instead of records. */
export function toPaceInput({ bytes, sizeBytes }: Transfer): PaceInput {
  return { acknowledged: bytes, writeUnits: undefined, done: shareOf(bytes, sizeBytes), state: 'loading' };
}

function partsOf({ name, number, files, bytes, sizeBytes }: Transfer, pace: Pace): string[] {
  const share = shareOf(bytes, sizeBytes);
  return [
    ...(share === undefined ? [] : [formatPercent(share)]),
    `${files > 1 ? `${number}/${files} ` : ''}${toPrintable(name)}`,
    sizeBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(sizeBytes)}`,
    `${formatBytes(Math.round(pace.recordsPerSecond))}/s`,
    ...(pace.secondsLeft === undefined ? [] : [`${formatSeconds(pace.secondsLeft)} left`]),
  ];
}

function shareOf(bytes: number, sizeBytes: number | undefined): number | undefined {
  if (sizeBytes === undefined) return undefined;
  return sizeBytes === 0 ? 1 : Math.min(1, bytes / sizeBytes);
}
