import { Buffer } from 'node:buffer';
import { exitStatus } from '../../errors.ts';
import { cutStart, toPrintable } from '../../text/cells.ts';
import { baseName, formatCount, pluralize } from '../../text/format.ts';
import type { Summary } from '../../load/summary.ts';

/** Message to the subscribers of a topic when a run has ended. */
export interface Notification {
  /** Fewer than 100 ASCII characters without line ends: the limit of SNS. */
  readonly subject: string;
  /** The closing lines, then the summary as `--json` prints it on the last line. */
  readonly message: string;
  /** For filter policies: `{"status": [{"anything-but": 0}]}` delivers only runs with a status other than 0. */
  readonly attributes: { readonly status: number; readonly table: string };
}

/** SNS API Reference, "Publish": fewer than 100 characters. */
const maxSubjectCharacters = 99;
/** SNS API Reference, "Publish": 262,144 bytes including the message attributes, for which 1,024 are reserved. */
const maxMessageBytes = 262_144 - 1_024;
/** Maximum list entries in a summary that is too long. */
const maxListEntries = 20;
/** Maximum characters of a text in a summary that is too long. */
const maxTextCharacters = 1_000;
/** Minimum characters of a name in the subject. */
const minNameCharacters = 8;

/** @param lines lines for people: the error and the closing lines. */
export function createNotification(summary: Summary, lines: readonly string[]): Notification {
  const json = fitSummary(summary);
  const text = fitLines(lines, maxMessageBytes - Buffer.byteLength(json) - 1);
  return {
    subject: subjectOf(summary),
    message: toWellFormed(text === '' ? json : `${text}\n${json}`),
    attributes: { status: summary.exitStatus, table: summary.table },
  };
}

/** Returns `csv2ddb: people.csv into people: loaded 1,234 records, 2 rejected`. */
function subjectOf(summary: Summary): string {
  const { sources, table } = summary;
  const outcome = outcomeOf(summary);
  const what = sources.length === 1 ? baseName(sources[0] ?? '') : `${formatCount(sources.length)} sources`;
  const room = maxSubjectCharacters - 'csv2ddb:  into : '.length - outcome.length;
  const source = cutStart(toAscii(what), Math.max(room - table.length, room >> 1, minNameCharacters));
  return `csv2ddb: ${source} into ${cutStart(toAscii(table), Math.max(room - source.length, minNameCharacters))}: ${outcome}`;
}

function outcomeOf({ exitStatus: status, error, written, superseded, rejected }: Summary): string {
  const loaded = pluralize(written + superseded, 'record');
  if (status === exitStatus.interrupted) return `interrupted after ${loaded}`;
  if (error !== null) return `stopped: ${error.code}`;
  return `loaded ${loaded}${rejected === 0 ? '' : `, ${formatCount(rejected)} rejected`}`;
}

function toAscii(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

/** Returns the summary as one line of JSON, with long lists and texts cut if necessary. */
function fitSummary(summary: Summary): string {
  const json = JSON.stringify(summary);
  if (Buffer.byteLength(json) <= maxMessageBytes) return json;
  const { error, rejectsFile } = summary;
  return JSON.stringify({
    ...summary,
    sources: cutList(summary.sources),
    rejectsFile: typeof rejectsFile === 'string' || rejectsFile === null ? rejectsFile : cutList(rejectsFile),
    error: error === null ? null : { ...error, message: cutText(error.message), hint: cutText(error.hint ?? '') },
  });
}

function cutList(names: readonly string[]): string[] {
  const first = names.slice(0, maxListEntries).map(cutText);
  return names.length <= maxListEntries ? first : [...first, `… ${formatCount(names.length - maxListEntries)} more`];
}

function cutText(text: string): string {
  return text.length <= maxTextCharacters ? text : `${text.slice(0, maxTextCharacters)}…`;
}

function fitLines(lines: readonly string[], bytes: number): string {
  let left = bytes;
  const fitting: string[] = [];
  for (const line of lines) {
    const shown = toPrintable(line);
    left -= Buffer.byteLength(shown) + 1;
    if (left < 0) break;
    fitting.push(shown);
  }
  return fitting.join('\n');
}

/** Replaces half a surrogate pair, which a cut may leave, because it cannot be sent. */
function toWellFormed(text: string): string {
  return Buffer.from(text).toString();
}
