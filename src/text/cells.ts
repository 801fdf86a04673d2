/**
 * Widths on a terminal, in cells. A character that is not ASCII counts as two cells, although most take only one: terminals
 * differ, and a line that wraps cannot be redrawn in place.
 */

/** Returns the maximum width of the text. */
export function countCells(text: string): number {
  let cells = 0;
  for (const character of text) cells += character <= '\u007f' ? 1 : 2;
  return cells;
}

/** Replaces characters that move the cursor, break the line or change its direction by `?`. File names may contain them. */
export function toPrintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
}

/** Like `printable`, but keeps the line ends. */
export function toPrintableLines(text: string): string {
  return text.split('\n').map(toPrintable).join('\n');
}

/** Cuts the end of the text if it is too wide. */
export function cutEnd(text: string, cells: number): string {
  let room = cells;
  let cut = '';
  for (const character of text) {
    room -= countCells(character);
    if (room < 0) break;
    cut += character;
  }
  return cut;
}

const ellipsis = '...';

/** Cuts the start of the text if it is too wide, because the ends of names differ more than their starts. */
export function cutStart(text: string, cells: number): string {
  if (countCells(text) <= cells) return text;
  const reverse = (part: string): string => Array.from(part).reverse().join('');
  return ellipsis + reverse(cutEnd(reverse(text), cells - ellipsis.length));
}
