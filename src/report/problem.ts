import type { ErrorPlace } from '../errors.ts';
import { toPrintable, toPrintableLines } from '../text/cells.ts';
import { paint } from '../text/paint.ts';
import { toSourceStack } from './source-stack.ts';

/** An error with a code: a LoaderError, or the error of a summary. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
  readonly place?: ErrorPlace | null | undefined;
}

/** Returns `error CODE: message`, the place and the hint. For bugs, use `formatBug`. */
export function formatProblem(problem: Problem, color: boolean): string[] {
  const label = paint(`error ${problem.code}:`, 'red', color);
  const place = placeText(problem.place);
  return [
    `${label} ${toPrintableLines(problem.message)}`,
    ...(place === undefined ? [] : [`  at ${toPrintable(place)}`]),
    ...(problem.hint == null ? [] : [`  hint: ${toPrintableLines(problem.hint)}`]),
  ];
}

/** Returns `people.csv, line 7 (record 3)`; undefined if nothing is known. */
function placeText(place: ErrorPlace | null | undefined): string | undefined {
  const { source, line, record } = place ?? {};
  const inSource = [source, line === undefined ? undefined : `line ${line}`].filter((part) => part !== undefined);
  const what = record === undefined ? undefined : record === 0 ? 'the header' : `record ${record}`;
  if (inSource.length === 0) return what;
  return what === undefined ? inSource.join(', ') : `${inSource.join(', ')} (${what})`;
}

/** Returns the lines for an unexpected error, which users are asked to report. */
export function formatBug(error: unknown, version: string): string[] {
  const what = error instanceof Error ? toSourceStack(error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    what,
    '',
    `error INTERNAL: this is a bug in csv2ddb ${version} (Node ${process.version}, ${process.platform}).`,
    '  hint: Please report it with the lines above. If there is a checkpoint, you can resume from it.',
  ];
}
