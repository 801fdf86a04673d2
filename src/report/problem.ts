import type { Place } from '../errors.ts';
import { printable, printableLines } from '../text/cells.ts';
import { paint } from '../text/paint.ts';

/** An error with a code, as it is thrown and as a summary holds it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null | undefined;
  readonly place?: Place | null | undefined;
}

/** `error CODE: message`, the place, the hint: all that a user sees of an error that is not our bug. */
export function problemLines(problem: Problem, color: boolean): string[] {
  const label = paint(`error ${problem.code}:`, 'red', color);
  const place = placeText(problem.place);
  return [
    `${label} ${printableLines(problem.message)}`,
    ...(place === undefined ? [] : [`  at ${printable(place)}`]),
    ...(problem.hint == null ? [] : [`  hint: ${printableLines(problem.hint)}`]),
  ];
}

/** `people.csv, line 7 (record 3)`; undefined where nothing is known. */
function placeText(place: Place | null | undefined): string | undefined {
  const { source, line, record } = place ?? {};
  const inSource = [source, line === undefined ? undefined : `line ${line}`].filter((part) => part !== undefined);
  const what = record === undefined ? undefined : record === 0 ? 'the header' : `record ${record}`;
  if (inSource.length === 0) return what;
  return what === undefined ? inSource.join(', ') : `${inSource.join(', ')} (${what})`;
}

/** What is shown of an error that nobody foresaw, to be sent to us. */
export function bugLines(error: unknown, version: string): string[] {
  const what = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    what,
    '',
    `error INTERNAL: this is a bug in csv2ddb ${version} (Node ${process.version}, ${process.platform}).`,
    '  hint: please report it with the lines above. A checkpoint, where there is one, can be resumed from.',
  ];
}
