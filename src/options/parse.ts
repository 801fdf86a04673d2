import { LoaderError } from '../errors.ts';
import { publicText } from './public-text.ts';
import { flagsWin, type Given } from './given.ts';
import { options, type OptionKey, type Options } from './table.ts';
import { ValueProblem } from './values.ts';

/** Every option with its value, given or not. */
export type OptionValues = { readonly [K in OptionKey]: Options[K]['absent'] };

export interface ParsedOptions {
  readonly given: Given;
  readonly values: OptionValues;
  /** One sentence for each value that is not acceptable; what holds there is as if it were not given. */
  readonly problems: readonly string[];
}

/** Parses all that was given, gathering what is wrong with it. */
export function parseOptions(all: Given): ParsedOptions {
  const given = flagsWin(all);
  const problems: string[] = [];
  const valueOf = (key: OptionKey): unknown => {
    const option = options[key];
    const one = given.get(key);
    if (one === undefined) return option.absent;
    try {
      return option.parse(one.text);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      problems.push(`${one.from === 'flag' ? `--${option.name}` : option.env} ${error.message}`);
      return option.absent;
    }
  };
  const values = Object.fromEntries(Object.keys(options).map((key) => [key, valueOf(key as OptionKey)]));
  return { given, values: values as unknown as OptionValues, problems };
}

/** @throws LoaderError USAGE that lists the problems, where there are any. */
export function refuse(problems: readonly string[], hint: string | undefined): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const message = others.length === 0 ? first : [`${problems.length} problems`, ...problems].join('\n  ');
  throw new LoaderError('USAGE', message, { hint });
}

/** The settings in effect, one line each, for --verbose. */
export function describeOptions(parsed: ParsedOptions, keys: readonly OptionKey[]): string[] {
  const width = Math.max(...keys.map((key) => options[key].name.length));
  return keys.map((key) => {
    const option = options[key];
    const one = parsed.given.get(key);
    const text = one?.text ?? option.default ?? option.otherwise ?? 'false';
    const from = one === undefined ? 'default' : one.from === 'flag' ? 'flag' : option.env;
    return `  ${option.name.padEnd(width)}  ${publicText(text)}  (${from})`;
  });
}
