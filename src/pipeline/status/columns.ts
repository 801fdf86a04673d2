/** A column of a table for people. */
export interface Column<T> {
  readonly title: string;
  readonly cell: (one: T) => string;
  /** Numbers stand under each other by their last digit. */
  readonly isNumber?: boolean;
}

const gap = '  ';

/** Lines whose cells stand under each other, the titles first. The last column may hold anything. */
export function tableLines<T>(columns: readonly Column<T>[], all: readonly T[]): string[] {
  const padded = columns.map(({ title, cell, isNumber }) => {
    const cells = [title, ...all.map(cell)];
    const width = Math.max(...cells.map((text) => text.length));
    return cells.map((text) => (isNumber === true ? text.padStart(width) : text.padEnd(width)));
  });
  return ['', ...all].map((_, line) =>
    padded
      .map((cells) => cells[line])
      .join(gap)
      .trimEnd(),
  );
}

/** A label, and what is to be read of it. */
export type Labeled = readonly [label: string, text: string | undefined];

/** `label  text`, indented; what is undefined is left out. */
export function labelLines(rows: readonly Labeled[]): string[] {
  const shown = rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
}
