import { mostRecords, mostTimerMs } from '../load/limits.ts';
import type { MaxErrors } from '../load/settings.ts';
import { didYouMean } from './suggest.ts';
import { unexpected, ValueProblem, writeNumberOrText, writeText, describeJson, type ValueKind } from './value-kind.ts';

/** Any text but the empty one. */
export const nonEmpty: ValueKind<string> = {
  parse: readNonEmpty,
  write: writeText,
  schema: { type: 'string', minLength: 1 },
  placeholder: '<name>',
};

function readNonEmpty(text: string): string {
  if (text === '') throw new ValueProblem('takes a value, not an empty text');
  return text;
}

/**
 * A text that matches a pattern.
 * @param pattern a regular expression without flags, which also goes into the schema.
 * @param expected describes such a text, for the message.
 */
export function matching(pattern: string, expected: string, placeholder = '<name>'): ValueKind<string> {
  const whole = new RegExp(pattern);
  return {
    parse(text) {
      if (whole.test(text)) return text;
      throw unexpected(expected, text);
    },
    write: writeText,
    schema: { type: 'string', pattern },
    placeholder,
  };
}

/** The path of a file or a folder. */
export function path(leadsTo: 'file' | 'folder'): ValueKind<string> {
  return {
    parse(text) {
      if (text.includes('\0')) throw new ValueProblem('takes a path, which cannot hold a zero byte');
      return readNonEmpty(text);
    },
    write: writeText,
    schema: { type: 'string', minLength: 1, pattern: '^[^\\u0000]*$' },
    placeholder: '<file>',
    path: leadsTo,
  };
}

/** The same, where the option may stand without a value: `true` in JSON; `false` is as if it were not given. */
export function pathOrBare(leadsTo: 'file' | 'folder', bare: string): ValueKind<string> {
  const kind = path(leadsTo);
  return {
    ...kind,
    write: (json) => (typeof json === 'boolean' ? (json ? bare : undefined) : writeText(json)),
    schema: { anyOf: [{ type: 'boolean' }, kind.schema] },
    placeholder: '[dir]',
  };
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): ValueKind<number> {
  return {
    parse(text) {
      const number = readWholeNumber(text, least, most);
      if (number !== undefined) return number;
      throw unexpected(`a whole number from ${least} to ${most}`, text);
    },
    write: writeNumberOrText,
    schema: { type: 'integer', minimum: least, maximum: most },
    placeholder: '<n>',
  };
}

/** `auto`, or a whole number from `least` to `most`. */
export function autoOrWholeNumber(least: number, most: number): ValueKind<number | 'auto'> {
  const { write, schema } = wholeNumber(least, most);
  return {
    parse(text) {
      const value = text === 'auto' ? text : readWholeNumber(text, least, most);
      if (value !== undefined) return value;
      throw unexpected(`auto or a whole number from ${least} to ${most}`, text);
    },
    write,
    schema: { anyOf: [{ const: 'auto' }, schema] },
    placeholder: '<n|auto>',
    choices: ['auto'],
  };
}

function readWholeNumber(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

/** One of the choices, as it is written. */
export function oneOf<const T extends string>(choices: readonly T[]): ValueKind<T> {
  return {
    parse(text) {
      const chosen = choices.find((choice) => choice === text);
      if (chosen !== undefined) return chosen;
      throw unexpected(`one of ${choices.join(', ')}`, text, didYouMean(text, choices));
    },
    write: writeText,
    schema: { enum: choices },
    placeholder: '<way>',
    choices,
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
export function size(leastBytes: number, mostBytes: number): ValueKind<number> {
  return {
    parse(text) {
      const [, digits, unit] = /^(\d{1,12})([A-Za-z]*)$/.exec(text) ?? [];
      const bytes = Number(digits) * (sizeUnits.get(unit ?? '') ?? NaN);
      if (bytes >= leastBytes && bytes <= mostBytes) return bytes;
      const limits = `from ${leastBytes} to ${formatSize(mostBytes)}`;
      throw unexpected(`a size in bytes like 65536, 64KiB or 4MiB, ${limits}`, text);
    },
    write: writeNumberOrText,
    schema: {
      anyOf: [
        { type: 'integer', minimum: leastBytes, maximum: mostBytes },
        { type: 'string', pattern: '^[0-9]{1,12}(B|KiB|MiB|GiB)$' },
      ],
    },
    placeholder: '<size>',
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

/** A duration in milliseconds: `500ms`, `30s`, `15m`, `1h`. The unit is not left out: 30 could be either. */
export function duration(leastMs: number): ValueKind<number> {
  return {
    parse(text) {
      const [, digits, unit] = /^(\d{1,10}(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
      const ms = Math.round(Number(digits) * (durationUnits.get(unit ?? '') ?? NaN));
      if (ms >= leastMs && ms <= mostTimerMs) return ms;
      throw unexpected(`a duration with its unit, like 500ms, 30s, 15m or 1h, from ${leastMs}ms to 24 days`, text);
    },
    // A number is refused by `parse`, which says what is missing.
    write: writeNumberOrText,
    schema: { type: 'string', pattern: '^[0-9]{1,10}(\\.[0-9]+)?(ms|s|m|h)$' },
    placeholder: '<duration>',
  };
}

/** `N` (records) or `N%` (of the records read). */
export const maxErrors: ValueKind<MaxErrors> = {
  parse(text) {
    if (/^\d{1,15}$/.test(text)) return { kind: 'count', count: Number(text) };
    const percent = /^\d{1,3}(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : NaN;
    if (percent <= 100) return { kind: 'share', percent };
    throw unexpected('a number of records like 1000, or a share from 0% to 100%', text);
  },
  write: writeNumberOrText,
  schema: {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: mostRecords },
      { type: 'string', pattern: '^([0-9]{1,2}(\\.[0-9]+)?|100(\\.0+)?)%$' },
    ],
  },
  placeholder: '<n|n%>',
};

/** On or off. In the environment and in texts there are several words for it. */
export const switched: ValueKind<boolean> = {
  parse(text) {
    if (isSwitchedOn(text)) return true;
    if (isSwitchedOff(text)) return false;
    throw unexpected('true or false', text);
  },
  write(json) {
    if (typeof json === 'boolean') return String(json);
    if (typeof json === 'string') return json;
    throw new ValueProblem(`is ${describeJson(json)} where true or false belongs`);
  },
  schema: { type: 'boolean' },
};

export function isSwitchedOn(text: string): boolean {
  return /^(1|true|yes|on)$/i.test(text);
}

export function isSwitchedOff(text: string): boolean {
  return /^(0|false|no|off)$/i.test(text);
}
