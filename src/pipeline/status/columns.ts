/** A column of a table for people. */
export interface Column {
  readonly title: string;
  /** Numbers stand under each other by their last digit. */
  readonly isNumber?: boolean;
}

const gap = '  ';

/** Lines whose cells stand under each other, the titles first. The last column may hold anything. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  return all.map((row) =>
    columns
      .map(({ isNumber }, at) => {
        const [cell, width] = [row[at] ?? '', widths[at] ?? 0];
        if (isNumber === true) return cell.padStart(width);
        return at === columns.length - 1 ? cell : cell.padEnd(width);
      })
      .join(gap)
      .trimEnd(),
  );
}

/** `label  text`, indented; what is undefined is left out. */
export function labelLines(rows: readonly (readonly [label: string, text: string | undefined])[]): string[] {
  const shown = rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
}
