/**
 * Widths on a terminal, in cells, counted so that a text never takes more than is said: what is not ASCII counts two.
 * Most of it takes one, but which takes two differs between terminals, and a line that wraps cannot be drawn over.
 */

/** The most cells that the text can take. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += character <= '\u007f' ? 1 : 2;
  return cells;
}

/** What moves the cursor, breaks the line or turns its direction, as `?`: a file may be called anything. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
}

/** The same of a text of several lines: their ends are ours. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** The beginning of the text, as much as fits. */
export function cutTo(text: string, cells: number): string {
  let room = cells;
  let cut = '';
  for (const character of text) {
    room -= cellsOf(character);
    if (room < 0) break;
    cut += character;
  }
  return cut;
}

const left = '...';

/** The end of the text, after dots where something is left out: the ends of names differ more than their beginnings. */
export function endOf(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text;
  const backwards = (part: string): string => Array.from(part).reverse().join('');
  return left + backwards(cutTo(backwards(text), cells - left.length));
}
