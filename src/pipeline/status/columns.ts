/** A column of a printed table. */
export interface Column<T> {
  readonly title: string;
  readonly cell: (entry: T) => string;
  /** Numbers are aligned to the right. */
  readonly isNumber?: boolean;
}

const gap = '  ';

/** Formats a table with aligned columns, one line per entry after the titles. */
export function formatTable<T>(columns: readonly Column<T>[], entries: readonly T[]): string[] {
  const padded = columns.map(({ title, cell, isNumber }) => {
    const cells = [title, ...entries.map(cell)];
    const width = Math.max(...cells.map((text) => text.length));
    return cells.map((text) => (isNumber === true ? text.padStart(width) : text.padEnd(width)));
  });
  return ['', ...entries].map((_, line) =>
    padded
      .map((cells) => cells[line])
      .join(gap)
      .trimEnd(),
  );
}

/** A label and its text; undefined: the line is omitted. */
export type LabeledText = readonly [label: string, text: string | undefined];

/** Formats indented lines, `label  text`, with aligned texts. */
export function formatLabels(labeled: readonly LabeledText[]): string[] {
  const shown = labeled.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
}
