import { LoaderError } from '../errors.ts';
import type { AttributeType } from '../load/settings.ts';
import { publicText } from '../text/public-text.ts';
import { strongestWins, type Given, type GivenOption } from './raw-options.ts';
import type { Option } from './option.ts';
import { options, type OptionKey, type Options } from './table.ts';
import { ValueProblem } from './value-kind.ts';

/** Every option with its value, given or not. */
export type OptionValues = { readonly [K in OptionKey]: Options[K]['absent'] };

export interface ParsedOptions {
  /** As they were named. */
  readonly sources: readonly string[];
  readonly given: Given;
  readonly values: OptionValues;
  /** One sentence for each value that is not acceptable; what holds there is as if it were not given. */
  readonly problems: readonly string[];
  /** What was wrong before any value was parsed, in a config file or a call: one sentence each. */
  readonly known: readonly string[];
}

/**
 * Parses all that was given, gathering what is wrong with it.
 * @param sources decide what `--region` and `--profile` are for.
 * @param known what is known to be wrong already, in a config file or a call.
 */
export function parseOptions(
  all: Given,
  sources: readonly string[] = [],
  known: readonly string[] = [],
): ParsedOptions {
  const given = strongestWins(all, usesAwsBesides(all, sources));
  const problems: string[] = [];
  const valueOf = (key: OptionKey): unknown => {
    const option = options[key];
    const one = given.get(key);
    if (one === undefined || one.isRefused) return option.absent;
    try {
      return option.kind.parse(one.text);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      problems.push(`${nameOf(option, one)} ${error.message}`);
      return option.absent;
    }
  };
  const values = Object.fromEntries(Object.keys(options).map((key) => [key, valueOf(key as OptionKey)]));
  return { sources, given, values: values as unknown as OptionValues, problems, known };
}

/** NO_COLOR (https://no-color.org): set and not empty. */
export function wantsColor(values: Pick<OptionValues, 'noColor'>, env: NodeJS.ProcessEnv): boolean {
  return !values.noColor && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** The values of some options. */
export function pick<K extends OptionKey>(values: OptionValues, ...keys: readonly K[]): Pick<OptionValues, K> {
  return Object.fromEntries(keys.map((key) => [key, values[key]])) as Pick<OptionValues, K>;
}

/** Whether AWS is asked for more than the table: for objects, or to notify somebody. */
export function usesAwsBesides(given: Given, sources: readonly string[]): boolean {
  return given.has('notify') || sources.some((source) => /^s3:\/\//i.test(source));
}

/** Types by attribute, for keys: `--types` gives them by column. */
export function attributeTypes({ types, rename }: OptionValues): ReadonlyMap<string, AttributeType> {
  return new Map([...(types ?? [])].map(([column, type]) => [rename?.get(column) ?? column, type]));
}

/** An option as the user wrote it. */
function nameOf(option: Option<unknown>, { from }: GivenOption): string {
  if (from === 'flag') return `--${option.name}`;
  return from === 'environment' ? option.env : option.name;
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
    return `  ${option.name.padEnd(width)}  ${publicText(text)}  (${originOf(option, one)})`;
  });
}

function originOf(option: Option<unknown>, one: GivenOption | undefined): string {
  if (one === undefined) return 'default';
  if (one.from === 'environment') return option.env;
  return one.file ?? one.from;
}
