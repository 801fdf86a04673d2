/** Maximum characters of a quoted value. */
const maxShownCharacters = 40;

/** Maximum names in a list. */
const maxListedNames = 30;

/** Quotes a value for a message: cut to 40 characters, on one line, with control characters escaped. */
export function quoteValue(bytes: Buffer, start: number, end: number): string {
  // A character has at most 4 bytes, so one that is cut here is not shown.
  const decoded = bytes.toString('utf8', start, Math.min(end, start + (maxShownCharacters + 1) * 4));
  return quoteText(decoded, end - start > (maxShownCharacters + 1) * 4);
}

/** Like `showValue`, for text. */
export function quoteText(text: string, isCut = false): string {
  const characters = Array.from(text);
  const shown = characters.slice(0, maxShownCharacters).join('').replace(/["\\]/g, '\\$&').replace(unprintable, escape);
  return isCut || characters.length > maxShownCharacters ? `"${shown}"…` : `"${shown}"`;
}

/** Quotes and joins up to 30 names. */
export function quoteNames(names: readonly string[]): string {
  const listed = names.slice(0, maxListedNames).map((name) => quoteText(name));
  if (names.length > maxListedNames) listed.push(`and ${names.length - maxListedNames} more`);
  return listed.join(', ');
}

/** Control characters, invisible formatting such as direction marks, and separators other than the space. */
const unprintable = /(?! )[\p{C}\p{Z}]/gu;

function escape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
