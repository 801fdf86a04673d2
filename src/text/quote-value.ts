/** Longest part of a value that a sentence quotes, in characters. */
const maxShownCharacters = 40;

/** Names that one sentence lists. */
const maxListedNames = 30;

/** A value for a sentence: quoted, cut to 40 characters, on one line, with nothing in it that acts on a terminal. */
export function showValue(bytes: Buffer, start: number, end: number): string {
  // 4 bytes a character at most: what is cut apart here lies beyond what is shown
  const decoded = bytes.toString('utf8', start, Math.min(end, start + (maxShownCharacters + 1) * 4));
  return showText(decoded, end - start > (maxShownCharacters + 1) * 4);
}

/** The same for a name or a value that is text already. */
export function showText(text: string, isCut = false): string {
  const characters = Array.from(text);
  const shown = characters.slice(0, maxShownCharacters).join('').replace(/["\\]/g, '\\$&').replace(unprintable, escape);
  return isCut || characters.length > maxShownCharacters ? `"${shown}"…` : `"${shown}"`;
}

/** Names for a sentence, the first 30 of them. */
export function listNames(names: readonly string[]): string {
  const listed = names.slice(0, maxListedNames).map((name) => showText(name));
  if (names.length > maxListedNames) listed.push(`and ${names.length - maxListedNames} more`);
  return listed.join(', ');
}

/** Controls, invisible formatting (direction marks and the like), and separators other than the space. */
const unprintable = /(?! )[\p{C}\p{Z}]/gu;

function escape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
