import { unexpected, ValueProblem, writeText, type ValueKind } from './value-kind.ts';

/** Maximum characters of a delimiter, quote, escape or comment prefix. */
const maxLength = 32;

/** A delimiter, quote, escape or comment prefix. A typed `\t` is a tab. */
export const dialectText: ValueKind<string> = {
  parse: readDialectText,
  write: writeText,
  schema: { type: 'string', minLength: 1, maxLength: maxLength, pattern: '^[^\\r\\n]*$' },
  placeholder: '<text>',
};

/** A dialect text, or undefined for `none`. */
export const dialectTextOrNone: ValueKind<string | undefined> = {
  ...dialectText,
  parse(text) {
    if (text === 'none') return undefined;
    if (text === '') throw new ValueProblem("must be one or more characters, or 'none' to disable quoting");
    return readDialectText(text);
  },
};

function readDialectText(text: string): string {
  const value = text.replaceAll('\\t', '\t');
  if (/[\r\n]/.test(value)) throw new ValueProblem('must not contain a line break, which ends a record');
  if (value !== '' && Array.from(value).length <= maxLength) return value;
  throw unexpected(`1 to ${maxLength} characters, or \\t for a tab`, text);
}
