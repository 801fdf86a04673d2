import type { Position } from './record.ts';

/** Start of a source with a header, which is record 0. */
export const sourceStart: Position = { offset: 0, line: 1, record: 0 };

/** Returns the start of a source. The first record after the header is record 1, with or without a header. */
export function getStartPosition({ header }: { readonly header: boolean }): Position {
  return header ? sourceStart : { ...sourceStart, record: 1 };
}
