import { textTable } from './table.mjs';

/**
 * A section for the terminal.
 * @param {import('./sections.mjs').Section} section
 */
export function textSection({ title, heads, rows, notes }) {
  return [title, textTable(heads, rows), ...notes.map((note) => `  ${note}`)].join('\n');
}
