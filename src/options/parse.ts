import { LoaderError } from '../errors.ts';
import type { AttributeType } from '../load/settings.ts';
import { hideUrlSecrets } from '../text/hide-url-secrets.ts';
import { dropWeakerOpposites, type RawOptions, type RawOption } from './raw-options.ts';
import type { Option } from './option.ts';
import { options, type OptionKey, type Options } from './table.ts';
import { ValueProblem } from './value-kind.ts';

/** The value of every option, given or default. */
export type OptionValues = { readonly [K in OptionKey]: Options[K]['absent'] };

export interface ParsedOptions {
  /** As the user wrote them. */
  readonly sources: readonly string[];
  readonly given: RawOptions;
  readonly values: OptionValues;
  /** One message for each invalid value. `values` has the default in its place. */
  readonly problems: readonly string[];
  /** Messages from before the parsing: problems of a config file or a call. */
  readonly earlierProblems: readonly string[];
}

/**
 * Parses all given options and collects their problems.
 * @param sources decide whether `--region` and `--profile` conflict with `--local`.
 * @param earlierProblems problems that a config file or a call already has.
 */
export function parseOptions(
  all: RawOptions,
  sources: readonly string[] = [],
  earlierProblems: readonly string[] = [],
): ParsedOptions {
  const given = dropWeakerOpposites(all, usesOtherAwsServices(all, sources));
  const problems: string[] = [];
  const valueOf = (key: OptionKey): unknown => {
    const option = options[key];
    const raw = given.get(key);
    if (raw === undefined || raw.isInvalid) return option.absent;
    try {
      return option.kind.parse(raw.text);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      problems.push(`${nameOf(option, raw)} ${error.message}`);
      return option.absent;
    }
  };
  const values = Object.fromEntries(Object.keys(options).map((key) => [key, valueOf(key as OptionKey)]));
  return { sources, given, values: values as unknown as OptionValues, problems, earlierProblems };
}

/** Whether colors are allowed. NO_COLOR (https://no-color.org) counts if it is set and not empty. */
export function allowsColor(values: Pick<OptionValues, 'noColor'>, env: NodeJS.ProcessEnv): boolean {
  return !values.noColor && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** Returns the values of some options. */
export function pick<K extends OptionKey>(values: OptionValues, ...keys: readonly K[]): Pick<OptionValues, K> {
  return Object.fromEntries(keys.map((key) => [key, values[key]])) as Pick<OptionValues, K>;
}

/** Whether a run uses AWS services other than DynamoDB: S3 for sources, or SNS for `--notify`. */
export function usesOtherAwsServices(given: RawOptions, sources: readonly string[]): boolean {
  return given.has('notify') || sources.some((source) => /^s3:\/\//i.test(source));
}

/** Returns the types by attribute name; `--types` has them by column. */
export function typesByAttribute({ types, rename }: OptionValues): ReadonlyMap<string, AttributeType> {
  return new Map([...(types ?? [])].map(([column, type]) => [rename?.get(column) ?? column, type]));
}

/** Returns the name of an option as the user wrote it. */
function nameOf(option: Option<unknown>, { from }: RawOption): string {
  if (from === 'flag') return `--${option.name}`;
  return from === 'environment' ? option.env : option.name;
}

/** @throws LoaderError USAGE that lists the problems, if there are any */
export function throwProblems(problems: readonly string[], hint: string | undefined): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const message = others.length === 0 ? first : [`${problems.length} problems`, ...problems].join('\n  ');
  throw new LoaderError('USAGE', message, { hint });
}

/** Returns a line for each setting in effect, for --verbose. */
export function describeOptions(parsed: ParsedOptions, keys: readonly OptionKey[]): string[] {
  const width = Math.max(...keys.map((key) => options[key].name.length));
  return keys.map((key) => {
    const option = options[key];
    const raw = parsed.given.get(key);
    const text = raw?.text ?? option.default ?? option.otherwise ?? 'false';
    return `  ${option.name.padEnd(width)}  ${hideUrlSecrets(text)}  (${originOf(option, raw)})`;
  });
}

function originOf(option: Option<unknown>, raw: RawOption | undefined): string {
  if (raw === undefined) return 'default';
  if (raw.from === 'environment') return option.env;
  return raw.file ?? raw.from;
}
