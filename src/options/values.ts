import { maxTableNameLength, minTableNameLength } from '../dynamodb/limits.ts';
import { publicText } from './public-text.ts';

/** What is wrong with the value of an option, for the list of problems that the user gets. */
export class ValueProblem extends Error {}

/** Reads the text of a value. @throws ValueProblem */
export type Parser<T> = (text: string) => T;

function unexpected(expected: string, text: string): ValueProblem {
  return new ValueProblem(`takes ${expected}, not '${publicText(text)}'`);
}

/** Any text but the empty one. */
export function nonEmpty(text: string): string {
  if (text === '') throw new ValueProblem('takes a value, not an empty text');
  return text;
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): Parser<number> {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw unexpected(`a whole number from ${least} to ${most}`, text);
  };
}

/** One of the choices, as it is written. */
export function oneOf<const T extends string>(choices: readonly T[]): Parser<T> {
  return (text) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    throw unexpected(`one of ${choices.join(', ')}`, text);
  };
}

const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

/** A size in bytes: `4096`, `64KiB`, `4MiB`. */
export function size(leastBytes: number, mostBytes: number): Parser<number> {
  return (text) => {
    const [, digits, unit] = /^(\d{1,12})([A-Za-z]*)$/.exec(text) ?? [];
    const bytes = Number(digits) * (sizeUnits.get(unit ?? '') ?? NaN);
    if (bytes >= leastBytes && bytes <= mostBytes) return bytes;
    throw unexpected(`a size in bytes like 65536, 64KiB or 4MiB, from ${leastBytes} to ${formatSize(mostBytes)}`, text);
  };
}

function formatSize(bytes: number): string {
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}MiB` : String(bytes);
}

const durationUnits: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Most milliseconds that a timer of Node takes. */
const mostTimerMs = 2 ** 31 - 1;

/** A duration in milliseconds: `500ms`, `30s`, `15m`, `1h`. The unit is not left out: 30 could be either. */
export function duration(leastMs: number): Parser<number> {
  return (text) => {
    const [, digits, unit] = /^(\d{1,10}(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Math.round(Number(digits) * (durationUnits.get(unit ?? '') ?? NaN));
    if (ms >= leastMs && ms <= mostTimerMs) return ms;
    throw unexpected(`a duration with its unit, like 500ms, 30s, 15m or 1h, from ${leastMs}ms to 24 days`, text);
  };
}

/** One byte: an ASCII character, or `\t` for a tab. */
export function oneByte(text: string): number {
  const byte = text === '\\t' ? 0x09 : text.charCodeAt(0);
  if ((text.length === 1 || text === '\\t') && byte < 0x80) {
    if (byte === 0x0a || byte === 0x0d) throw new ValueProblem('cannot be a line end: that ends a record');
    return byte;
  }
  throw unexpected('one character of one byte (ASCII), or \\t for a tab', text);
}

/** One byte, or `none`, which is undefined. */
export function oneByteOrNone(text: string): number | undefined {
  if (text === 'none') return undefined;
  if (text === '') throw new ValueProblem("takes one character of one byte, or 'none' where nothing is quoted");
  return oneByte(text);
}

/** `http://` or `https://`, without user, password, query and fragment: such parts have no use here and would leak. */
export function endpointUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ValueProblem('takes a URL that begins with http:// or https://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ValueProblem('takes a URL without user, password, query and fragment');
  }
  return text;
}

const tableNames = new RegExp(`^[A-Za-z0-9_.-]{${minTableNameLength},${maxTableNameLength}}$`);

/** As DynamoDB names tables (API reference, CreateTable, TableName). */
export function tableName(text: string): string {
  if (text.startsWith('arn:')) {
    throw new ValueProblem('takes the name of a table, not an ARN: the part after `table/`, with --region beside it');
  }
  if (tableNames.test(text)) return text;
  const length = `${minTableNameLength} to ${maxTableNameLength}`;
  throw unexpected(`a table's name: ${length} letters, digits, _, . or -`, text);
}

/** `N` (records) or `N%` (of the records read). */
export function maxErrors(
  text: string,
): { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly percent: number } {
  if (/^\d{1,15}$/.test(text)) return { kind: 'count', count: Number(text) };
  const percent = /^\d{1,3}(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : NaN;
  if (percent <= 100) return { kind: 'share', percent };
  throw unexpected('a number of records like 1000, or a share from 0% to 100%', text);
}

/** A switch in the environment. */
export function switchValue(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw unexpected('true or false', text);
}
