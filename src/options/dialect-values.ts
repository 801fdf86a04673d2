import { unexpected, ValueProblem, writeText, type ValueKind } from './value-kind.ts';

/** Longest delimiter, quote, escape or comment mark, in characters. */
const maxMarkLength = 32;

/** What marks something in a CSV: one character or several on one line; `\t`, as it is typed, is a tab. */
export const mark: ValueKind<string> = {
  parse: readMark,
  write: writeText,
  schema: { type: 'string', minLength: 1, maxLength: maxMarkLength, pattern: '^[^\\r\\n]*$' },
  placeholder: '<text>',
};

/** The same, or `none`, which is undefined. */
export const markOrNone: ValueKind<string | undefined> = {
  ...mark,
  parse(text) {
    if (text === 'none') return undefined;
    if (text === '') throw new ValueProblem("takes one character or several, or 'none' where nothing is quoted");
    return readMark(text);
  },
};

function readMark(text: string): string {
  const meant = text.replaceAll('\\t', '\t');
  if (/[\r\n]/.test(meant)) throw new ValueProblem('cannot hold a line end: that ends a record');
  if (meant !== '' && Array.from(meant).length <= maxMarkLength) return meant;
  throw unexpected(`one character or several, ${maxMarkLength} at most, or \\t for a tab`, text);
}
