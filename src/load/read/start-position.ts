import type { Position } from './record.ts';

/** The beginning of a source, whose header is record 0. */
export const beginning: Position = { offset: 0, line: 1, record: 0 };

/** The beginning of a source without header: its first record is record 1 all the same. */
export const beginningWithoutHeader: Position = { offset: 0, line: 1, record: 1 };

/** Where the beginning of a source is. */
export function beginningOf({ header }: { readonly header: boolean }): Position {
  return header ? beginning : beginningWithoutHeader;
}
