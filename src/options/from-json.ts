import type { RawOptions, RawOption } from './raw-options.ts';
import { hideUrlSecrets } from '../text/hide-url-secrets.ts';
import { didYouMean } from './suggest.ts';
import { options, type OptionKey } from './table.ts';
import { ValueProblem } from './value-kind.ts';

/** Every option but `config`: a config file cannot name another one. */
const keys = (Object.keys(options) as OptionKey[]).filter((key) => key !== 'config');

/** Option names in a config file: as on the command line, without dashes. */
const fileNames: ReadonlyMap<string, OptionKey> = new Map(keys.map((key) => [options[key].name, key]));

/** Option names in a program: also camel case. */
const callNames: ReadonlyMap<string, OptionKey> = new Map([...fileNames, ...keys.map((key) => [key, key] as const)]);

export interface JsonOptions {
  readonly given: RawOptions;
  /** A message for each unknown name and each invalid value, in the order of the values. */
  readonly problems: readonly string[];
}

/** The config file of options. */
export interface ConfigLocation {
  readonly file: string;
  /** Returns the line of an option, from 1; undefined if it is not known. */
  readonly lineOf: (name: string) => number | undefined;
}

/**
 * Reads options from JSON values: numbers, booleans, lists and maps, or any of them as text like on the command line.
 * An `undefined` value counts as not given.
 * @param from a `file` uses the names of the command line, like `max-errors`; a `call` may also use `maxErrors`
 */
export function readJsonOptions(
  values: Readonly<Record<string, unknown>>,
  from: 'file' | 'call',
  location?: ConfigLocation,
): JsonOptions {
  const keysByName = from === 'file' ? fileNames : callNames;
  const given = new Map<OptionKey, RawOption>();
  const problems: string[] = [];
  const origin = { from, ...(location === undefined ? {} : { file: location.file }) };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const prefix = location === undefined ? '' : formatLocation(location.file, location.lineOf(name));
    const key = keysByName.get(name);
    if (key === undefined) {
      problems.push(`${prefix}${describeUnknownName(name, from)}`);
      continue;
    }
    if (given.has(key)) {
      problems.push(`${prefix}${name} is set twice: as ${key} and as ${options[key].name}`);
      continue;
    }
    try {
      if (value === null) throw new ValueProblem(describeMissingValue(from));
      const text = options[key].kind.write(value);
      if (text === undefined) continue;
      options[key].kind.parse(text);
      given.set(key, { text, ...origin });
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      problems.push(`${prefix}${name} ${error.message}`);
      given.set(key, { text: '', ...origin, isInvalid: true });
    }
  }
  return { given, problems };
}

/** `people.yaml, line 3: ` */
export function formatLocation(file: string, line: number | undefined): string {
  return line === undefined ? `${file}: ` : `${file}, line ${line}: `;
}

function describeUnknownName(name: string, from: 'file' | 'call'): string {
  if (from === 'file' && name === 'config') return 'config cannot be set in a config file';
  const names = from === 'file' ? [...fileNames.keys(), 'sources'] : keys;
  return `unknown option '${hideUrlSecrets(name)}'${didYouMean(name, names)}`;
}

function describeMissingValue(from: 'file' | 'call'): string {
  return from === 'file'
    ? 'has no value: omit the option, or put a value like null, | or # in quotes'
    : 'has no value: omit the option';
}
