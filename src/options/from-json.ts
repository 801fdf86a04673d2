import type { Given, GivenOption } from './raw-options.ts';
import { publicText } from '../text/public-text.ts';
import { didYouMean } from './suggest.ts';
import { options, type OptionKey } from './table.ts';
import { ValueProblem } from './value-kind.ts';

/** What can be given as values: a config file does not name another one. */
const keys = (Object.keys(options) as OptionKey[]).filter((key) => key !== 'config');

/** How options are named in a config file: as on the command line, without the dashes. */
const fileNames: ReadonlyMap<string, OptionKey> = new Map(keys.map((key) => [options[key].name, key]));

/** A program may also name them in camel case. */
const callNames: ReadonlyMap<string, OptionKey> = new Map([...fileNames, ...keys.map((key) => [key, key] as const)]);

export interface Structured {
  readonly given: Given;
  /** A sentence for each name that is unknown and each value that is not acceptable, in the order of the values. */
  readonly problems: readonly string[];
}

/** Where options stand. */
export interface StructuredPlace {
  readonly file: string;
  /** Line of an option, from 1; undefined where it is not known. */
  readonly lineOf: (name: string) => number | undefined;
}

/**
 * Options given as values: numbers, switches, lists and maps as in JSON, or any of them as text in the form of the
 * command line. `undefined` is as if the option were not there.
 * @param from a `file` names options as the command line does, `max-errors`; a `call` may also write `maxErrors`.
 */
export function givenFrom(
  values: Readonly<Record<string, unknown>>,
  from: 'file' | 'call',
  place?: StructuredPlace,
): Structured {
  const known = from === 'file' ? fileNames : callNames;
  const given = new Map<OptionKey, GivenOption>();
  const problems: string[] = [];
  const origin = { from, ...(place === undefined ? {} : { file: place.file }) };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const prefix = place === undefined ? '' : placeText(place.file, place.lineOf(name));
    const key = known.get(name);
    if (key === undefined) {
      problems.push(`${prefix}${unknownName(name, from)}`);
      continue;
    }
    if (given.has(key)) {
      problems.push(`${prefix}${name} is there twice, as ${key} and as ${options[key].name}`);
      continue;
    }
    try {
      if (value === null) throw new ValueProblem(noValue(from));
      const text = options[key].kind.write(value);
      if (text === undefined) continue;
      options[key].kind.parse(text);
      given.set(key, { text, ...origin });
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      problems.push(`${prefix}${name} ${error.message}`);
      given.set(key, { text: '', ...origin, isRefused: true });
    }
  }
  return { given, problems };
}

/** `people.yaml, line 3: ` */
export function placeText(file: string, line: number | undefined): string {
  return line === undefined ? `${file}: ` : `${file}, line ${line}: `;
}

function unknownName(name: string, from: 'file' | 'call'): string {
  if (from === 'file' && name === 'config') return 'config cannot be set in a config file';
  const names = from === 'file' ? [...fileNames.keys(), 'sources'] : keys;
  return `unknown option '${publicText(name)}'${didYouMean(name, names)}`;
}

function noValue(from: 'file' | 'call'): string {
  return from === 'file'
    ? 'has no value: leave it out, or put in quotes what is a text, like null, | or #'
    : 'has no value: leave it out';
}
