import { textTable } from './table.mjs';

const lineLength = 110;

/**
 * A section for the terminal.
 * @param {import('./section.mjs').Section} section
 */
export function textSection({ title, heads, rows, notes }) {
  return [title, textTable(heads, rows), ...notes.flatMap(folded)].join('\n');
}

/**
 * Lines of a readable length.
 * @param {string} text
 */
function folded(text) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineLength) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(`  ${word}`);
  }
  return lines;
}
