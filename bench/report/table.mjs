/**
 * A table of plain text; the first column to the left, the others to the right.
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows
 */
export function textTable(heads, rows) {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  /** @param {readonly string[]} cells */
  const line = (cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(heads), ...rows.map(line)].map((text) => `  ${text}`).join('\n');
}

/**
 * The same in Markdown.
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows
 */
export function markdownTable(heads, rows) {
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/**
 * With commas between thousands.
 * @param {number} number
 */
export const grouped = (number) => Math.round(number).toLocaleString('en-US');

/**
 * How many times as much, in three digits.
 * @param {number} factor
 */
export const times = (factor) => `${factor >= 100 ? factor.toFixed(0) : factor.toFixed(1)}×`;

/** @param {number} share of 1 */
export const percent = (share) => `${(share * 100).toFixed(1)} %`;
