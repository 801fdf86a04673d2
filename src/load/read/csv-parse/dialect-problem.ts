import { Buffer } from 'node:buffer';
import type { Dialect } from '../record.ts';

type Marks = Omit<Dialect, 'encoding' | 'maxRecordBytes'>;

/** csv-parse 7 gives up at text behind a closing quote where the quote is longer (`INVALID_BUFFER_STATE`). */
const maxQuoteBytes = 19;

/**
 * Why a dialect cannot be read, as a sentence that says what to do; undefined where it can. With such a reason its
 * marks cannot be told apart everywhere in a file, and csv-parse sees others than the user means.
 */
export function dialectProblem({ delimiter, quote, escape, comment, trim }: Marks): string | undefined {
  // An escape may be the quote: that is what doubling means.
  const ownEscape = escape === quote ? undefined : escape;
  const marks = [
    ['--delimiter', delimiter],
    ['--quote', quote],
    ['--escape', ownEscape],
    ['--comment', comment],
  ] as const;
  if (quote !== undefined && Buffer.byteLength(quote) > maxQuoteBytes)
    return `--quote is longer than ${maxQuoteBytes} bytes`;
  if (quote !== undefined && ownEscape?.includes(quote) === true) {
    return '--escape holds the quote: name only what stands before a quote, like \\';
  }
  if (trim && comment !== undefined && comment !== comment.trimStart()) {
    return '--comment begins with white space, which --trim takes away: leave it out';
  }
  return sameBeginning(marks) ?? endsAsItBegins('--quote', quote) ?? endsAsItBegins('--escape', ownEscape);
}

function sameBeginning(marks: readonly (readonly [option: string, mark: string | undefined])[]): string | undefined {
  for (const [index, [option, mark]] of marks.entries()) {
    const others = mark === undefined ? [] : marks.slice(index + 1);
    for (const [otherOption, other] of others) {
      if (other === undefined || mark?.codePointAt(0) !== other.codePointAt(0)) continue;
      const what = mark === other ? 'are the same text' : 'begin with the same character';
      const way = [option, otherOption].includes('--quote') ? ', or --quote none' : '';
      return `${option} and ${otherOption} ${what}: give another one${way}`;
    }
  }
  return undefined;
}

/** Of `''''`, with the quote `''`, nobody knows which two belong together. */
function endsAsItBegins(option: string, mark = ''): string | undefined {
  for (let length = 1; length < mark.length; length++) {
    if (mark.startsWith(mark.slice(-length))) return `${option} ends as it begins: give another one`;
  }
  return undefined;
}
