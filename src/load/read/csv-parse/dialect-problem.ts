import { Buffer } from 'node:buffer';
import type { Dialect } from '../record.ts';
import { startsLikeSequence } from '../text-formats.ts';

type DialectTokens = Pick<Dialect, 'delimiter' | 'quote' | 'escape' | 'comment' | 'trim' | 'unescape'>;

/** With a longer quote, csv-parse 7 fails at text after a closing quote (`INVALID_BUFFER_STATE`). */
const maxQuoteBytes = 19;

/**
 * Explains why a dialect cannot be read, and what to do. Returns undefined if it can. In such a dialect, a delimiter,
 * quote, escape or comment can be mistaken for another. csv-parse would then split a file differently than the user
 * expects.
 */
export function findDialectProblem(dialect: DialectTokens): string | undefined {
  const { delimiter, quote, escape, comment, trim, unescape } = dialect;
  // An escape that equals the quote means doubled quotes.
  const ownEscape = escape === quote ? undefined : escape;
  const tokens = [
    ['--delimiter', delimiter],
    ['--quote', quote],
    ['--escape', ownEscape],
    ['--comment', comment],
  ] as const;
  if (quote !== undefined && Buffer.byteLength(quote) > maxQuoteBytes)
    return `--quote is longer than ${maxQuoteBytes} bytes`;
  if (quote !== undefined && ownEscape?.includes(quote) === true) {
    return '--escape contains the quote: set it to the escape alone, for example \\';
  }
  if (trim && comment !== undefined && comment !== comment.trimStart()) {
    return '--comment starts with white space, which --trim removes: leave the white space out';
  }
  for (const [option, token] of unescape === undefined ? [] : tokens.slice(0, 2)) {
    if (token !== undefined && startsLikeSequence(token)) {
      return `${option} starts with a letter, digit, dot or backslash, which --unescape decodes: choose a different one`;
    }
  }
  return sameStart(tokens) ?? overlappingEnds('--quote', quote) ?? overlappingEnds('--escape', ownEscape);
}

function sameStart(tokens: readonly (readonly [option: string, token: string | undefined])[]): string | undefined {
  for (const [index, [option, token]] of tokens.entries()) {
    const others = token === undefined ? [] : tokens.slice(index + 1);
    for (const [otherOption, other] of others) {
      if (other === undefined || token?.codePointAt(0) !== other.codePointAt(0)) continue;
      const what = token === other ? 'are the same text' : 'start with the same character';
      const alternative = [option, otherOption].includes('--quote') ? ', or use --quote none' : '';
      return `${option} and ${otherOption} ${what}: change one of them${alternative}`;
    }
  }
  return undefined;
}

/** For example, with the quote `''`, the text `'''` is ambiguous. */
function overlappingEnds(option: string, token = ''): string | undefined {
  for (let length = 1; length < token.length; length++) {
    if (token.startsWith(token.slice(-length)))
      return `${option} starts and ends with the same text: choose a different ${option.replace('--', '')}`;
  }
  return undefined;
}
