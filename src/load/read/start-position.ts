import type { Position } from './record.ts';

/** The beginning of a source, whose header is record 0. */
export const beginning: Position = { offset: 0, line: 1, record: 0 };

/** The beginning of a source. Without a header, its first record is record 1 all the same. */
export function beginningOf({ header }: { readonly header: boolean }): Position {
  return header ? beginning : { ...beginning, record: 1 };
}
