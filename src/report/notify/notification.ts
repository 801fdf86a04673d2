import { Buffer } from 'node:buffer';
import { exitStatus } from '../../errors.ts';
import { endOf, printable } from '../../text/cells.ts';
import { baseName, formatCount, plural } from '../../text/format.ts';
import type { Summary } from '../../load/summary.ts';

/** What subscribers of a topic get of a run that has ended. */
export interface Notification {
  /** ASCII, fewer than 100 characters, without line ends: what SNS takes. */
  readonly subject: string;
  /** The lines for people, then the summary as `--json` prints it, on the last line. */
  readonly message: string;
  /** For filter policies: who wants to hear of trouble only subscribes with `{"status": [{"anything-but": 0}]}`. */
  readonly attributes: { readonly status: number; readonly table: string };
}

/** SNS API Reference, "Publish": less than 100 characters. */
const subjectCharacters = 99;
/** SNS API Reference, "Publish": 262,144 bytes, of which message attributes count; the rest is theirs. */
const messageBytes = 262_144 - 1_024;
/** Lists in a summary that would not fit are cut to so many. */
const listedWhereCut = 20;
/** And texts to so many characters. */
const textWhereCut = 1_000;
/** Of names in a subject so much stays at least. */
const shortestName = 8;

/** @param lines what people read of it: the error, the ending. */
export function notification(summary: Summary, lines: readonly string[]): Notification {
  const json = summaryThatFits(summary);
  const words = wordsThatFit(lines, messageBytes - Buffer.byteLength(json) - 1);
  return {
    subject: subjectOf(summary),
    message: wellFormed(words === '' ? json : `${words}\n${json}`),
    attributes: { status: summary.exitStatus, table: summary.table },
  };
}

/** `csv2ddb: people.csv into people: loaded 1,234 records, 2 rejected` */
function subjectOf(summary: Summary): string {
  const { sources, table } = summary;
  const outcome = outcomeOf(summary);
  const what = sources.length === 1 ? baseName(sources[0] ?? '') : `${formatCount(sources.length)} sources`;
  const room = subjectCharacters - 'csv2ddb:  into : '.length - outcome.length;
  const source = endOf(ascii(what), Math.max(room - table.length, room >> 1, shortestName));
  return `csv2ddb: ${source} into ${endOf(ascii(table), Math.max(room - source.length, shortestName))}: ${outcome}`;
}

function outcomeOf({ exitStatus: status, error, written, superseded, rejected }: Summary): string {
  const loaded = plural(written + superseded, 'record');
  if (status === exitStatus.interrupted) return `interrupted after ${loaded}`;
  if (error !== null) return `stopped: ${error.code}`;
  return `loaded ${loaded}${rejected === 0 ? '' : `, ${formatCount(rejected)} rejected`}`;
}

function ascii(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

/** One line of JSON; of thousands of sources only the first are named. */
function summaryThatFits(summary: Summary): string {
  const json = JSON.stringify(summary);
  if (Buffer.byteLength(json) <= messageBytes) return json;
  const { error, rejectsFile } = summary;
  return JSON.stringify({
    ...summary,
    sources: cutList(summary.sources),
    rejectsFile: typeof rejectsFile === 'string' || rejectsFile === null ? rejectsFile : cutList(rejectsFile),
    error: error === null ? null : { ...error, message: cutText(error.message), hint: cutText(error.hint ?? '') },
  });
}

function cutList(names: readonly string[]): string[] {
  const first = names.slice(0, listedWhereCut).map(cutText);
  return names.length <= listedWhereCut ? first : [...first, `… ${formatCount(names.length - listedWhereCut)} more`];
}

function cutText(text: string): string {
  return text.length <= textWhereCut ? text : `${text.slice(0, textWhereCut)}…`;
}

function wordsThatFit(lines: readonly string[], bytes: number): string {
  let left = bytes;
  const fitting: string[] = [];
  for (const line of lines) {
    const shown = printable(line);
    left -= Buffer.byteLength(shown) + 1;
    if (left < 0) break;
    fitting.push(shown);
  }
  return fitting.join('\n');
}

/** Half a character, as a cut leaves it, cannot be sent. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
