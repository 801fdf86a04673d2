import { maxRecordCount, maxTimerMs } from '../load/limits.ts';
import type { MaxErrors } from '../load/settings.ts';
import { didYouMean } from './suggest.ts';
import { unexpected, ValueProblem, writeNumberOrText, writeText, describeJson, type ValueKind } from './value-kind.ts';

/** A limit above this is only there to reject nonsense: the help does not show it. */
const maxShown = 1_000_000;

/** Non-empty text. */
export const nonEmpty: ValueKind<string> = {
  parse: readNonEmpty,
  write: writeText,
  schema: { type: 'string', minLength: 1 },
  placeholder: '<name>',
};

function readNonEmpty(text: string): string {
  if (text === '') throw new ValueProblem('must not be empty');
  return text;
}

/**
 * Text that matches a pattern.
 * @param pattern a regular expression without flags, also used in the JSON Schema.
 * @param expected describes the text for the error message, with an article.
 */
export function textMatching(pattern: string, expected: string, placeholder = '<name>'): ValueKind<string> {
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
      if (text.includes('\0')) throw new ValueProblem('must not contain a null byte');
      return readNonEmpty(text);
    },
    write: writeText,
    schema: { type: 'string', minLength: 1, pattern: '^[^\\u0000]*$' },
    placeholder: '<file>',
    path: leadsTo,
  };
}

/** A path that may be omitted: in JSON, `true` is the option without a value and `false` is no option. */
export function pathOrBare(leadsTo: 'file' | 'folder', bare: string): ValueKind<string> {
  const kind = path(leadsTo);
  return {
    ...kind,
    write: (json) => (typeof json === 'boolean' ? (json ? bare : undefined) : writeText(json)),
    schema: { anyOf: [{ type: 'boolean' }, kind.schema] },
    placeholder: '[dir]',
  };
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): ValueKind<number> {
  return {
    parse(text) {
      const number = readWholeNumber(text, min, max);
      if (number !== undefined) return number;
      throw unexpected(`a whole number from ${min} to ${max}`, text);
    },
    write: writeNumberOrText,
    schema: { type: 'integer', minimum: min, maximum: max },
    placeholder: '<n>',
    ...(max <= maxShown && { range: `${min} to ${max}` }),
  };
}

/** `auto`, or a whole number from `min` to `max`. */
export function autoOrWholeNumber(min: number, max: number): ValueKind<number | 'auto'> {
  const { write, schema, range } = wholeNumber(min, max);
  return {
    parse(text) {
      const value = text === 'auto' ? text : readWholeNumber(text, min, max);
      if (value !== undefined) return value;
      throw unexpected(`auto or a whole number from ${min} to ${max}`, text);
    },
    write,
    schema: { anyOf: [{ const: 'auto' }, schema] },
    placeholder: '<n|auto>',
    ...(range !== undefined && { range }),
    choices: ['auto'],
  };
}

function readWholeNumber(text: string, min: number, max: number): number | undefined {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return number >= min && number <= max ? number : undefined;
}

/** One of the choices, case-sensitive. */
export function oneOf<const T extends string>(choices: readonly T[]): ValueKind<T> {
  return {
    parse(text) {
      const chosen = choices.find((choice) => choice === text);
      if (chosen !== undefined) return chosen;
      throw unexpected(`one of ${choices.join(', ')}`, text, didYouMean(text, choices));
    },
    write: writeText,
    schema: { enum: choices },
    placeholder: '<mode>',
    range: choices.join(', '),
    choices,
  };
}

/** `yes` or `no`. In JSON and YAML, a boolean means the same. */
export const yesOrNo: ValueKind<boolean> = {
  ...oneOf(['yes', 'no']),
  parse: (text) => oneOf(['yes', 'no']).parse(text) === 'yes',
  write: (json) => (typeof json === 'boolean' ? (json ? 'yes' : 'no') : writeText(json)),
  schema: { enum: ['yes', 'no', true, false] },
  placeholder: '<yes|no>',
};

/** Bytes of each unit. */
const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

/** A size in bytes: `4096`, `64KiB`, `4MiB`. */
export function size(minBytes: number, maxBytes: number): ValueKind<number> {
  return {
    parse(text) {
      const [, digits, unit] = /^(\d{1,12})([A-Za-z]*)$/.exec(text) ?? [];
      const bytes = Number(digits) * (sizeUnits.get(unit ?? '') ?? NaN);
      if (bytes >= minBytes && bytes <= maxBytes) return bytes;
      const limits = `from ${minBytes} to ${formatSize(maxBytes)}`;
      throw unexpected(`a size in bytes like 65536, 64KiB or 4MiB, ${limits}`, text);
    },
    write: writeNumberOrText,
    schema: {
      anyOf: [
        { type: 'integer', minimum: minBytes, maximum: maxBytes },
        { type: 'string', pattern: '^[0-9]{1,12}(B|KiB|MiB|GiB)$' },
      ],
    },
    placeholder: '<size>',
  };
}

function formatSize(bytes: number): string {
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}MiB` : String(bytes);
}

/** Milliseconds of each unit. */
const durationUnits: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A duration in milliseconds: `500ms`, `30s`, `15m`, `1h`. The unit is required: a bare 30 is ambiguous. */
export function duration(minMs: number): ValueKind<number> {
  return {
    parse(text) {
      const [, digits, unit] = /^(\d{1,10}(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
      const ms = Math.round(Number(digits) * (durationUnits.get(unit ?? '') ?? NaN));
      if (ms >= minMs && ms <= maxTimerMs) return ms;
      throw unexpected(`a duration with a unit, like 500ms, 30s, 15m or 1h, from ${minMs}ms to 24 days`, text);
    },
    // `parse` rejects a number: its message says that the unit is missing.
    write: writeNumberOrText,
    schema: { type: 'string', pattern: '^[0-9]{1,10}(\\.[0-9]+)?(ms|s|m|h)$' },
    placeholder: '<duration>',
  };
}

/** `N` records, or `N%` of the records read. */
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
      { type: 'integer', minimum: 0, maximum: maxRecordCount },
      { type: 'string', pattern: '^([0-9]{1,2}(\\.[0-9]+)?|100(\\.0+)?)%$' },
    ],
  },
  placeholder: '<n|n%>',
};

/** A switch: `true` or `false`. As text, `1`, `yes`, `on` and `0`, `no`, `off` mean the same. */
export const switchValue: ValueKind<boolean> = {
  parse(text) {
    if (isSwitchedOn(text)) return true;
    if (isSwitchedOff(text)) return false;
    throw unexpected('true or false', text);
  },
  write(json) {
    if (typeof json === 'boolean') return String(json);
    if (typeof json === 'string') return json;
    throw new ValueProblem(`must be true or false, not ${describeJson(json)}`);
  },
  schema: { type: 'boolean' },
};

export function isSwitchedOn(text: string): boolean {
  return /^(1|true|yes|on)$/i.test(text);
}

export function isSwitchedOff(text: string): boolean {
  return /^(0|false|no|off)$/i.test(text);
}
