import { optionsOf, type OptionKey } from './table.ts';
import type { CommandName } from './option.ts';
import { isSwitchedOff, isSwitchedOn } from './values.ts';

/** The origin of an option, strongest first. `call` is a program that calls `load`. */
const origins = ['flag', 'call', 'environment', 'file'] as const;
export type Origin = (typeof origins)[number];

/** An option as the user gave it, before parsing. */
export interface RawOption {
  /** The text of the command line; `true` or `false` for a switch. */
  readonly text: string;
  readonly from: Origin;
  /** Name of its config file. */
  readonly file?: string;
  /** The value was invalid and has been reported. The option counts as given, but has no value. */
  readonly isInvalid?: true;
}

export type RawOptions = ReadonlyMap<OptionKey, RawOption>;

/** An option in the command-line parser, commander. */
export interface ParsedOption {
  readonly value: unknown;
  /** `cli` if the option was on the command line. */
  readonly source: string | undefined;
}

/**
 * Reads the options of the command line and the environment. An empty environment variable counts as not set.
 * @param parsed returns an option by its attribute name in commander
 */
export function readRawOptions(
  command: CommandName,
  parsed: (attribute: string) => ParsedOption,
  env: NodeJS.ProcessEnv,
): RawOptions {
  const given = new Map<OptionKey, RawOption>();
  for (const [key, option] of optionsOf(command)) {
    const { value: parsedValue, source } = parsed(attributeOf(option.name));
    if (source === 'cli') {
      // commander gives true for a switch and for an option without its optional value.
      const text = typeof parsedValue === 'string' ? parsedValue : (option.bare ?? 'true');
      given.set(key, { text, from: 'flag' });
    } else {
      const text = env[option.env] ?? '';
      // A variable cannot omit its value: `true` and `false` take that role.
      if (option.bare !== undefined && isSwitchedOff(text)) continue;
      const value = option.bare !== undefined && isSwitchedOn(text) ? option.bare : text;
      if (value !== '') given.set(key, { text: value, from: 'environment' });
    }
  }
  return given;
}

/** Returns the attribute name in commander: camel case, without a leading `no-`, which commander reads as a negation. */
function attributeOf(name: string): string {
  return name.replace(/^no-/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Adds the options of a weaker origin that are not given yet. */
export function addWeaker(given: RawOptions, weaker: RawOptions): RawOptions {
  return new Map([...weaker, ...given]);
}

/** Pairs of switches that cannot be combined. */
export const oppositeSwitches = [
  ['resume', 'restart'],
  ['quiet', 'verbose'],
] as const;

/**
 * Returns the options that conflict with `--local`, which loads into the embedded DynamoDB.
 * @param usesOtherAwsServices `--region` and `--profile` are also those of S3 or SNS, and do not conflict
 */
export function optionsAgainstLocal(usesOtherAwsServices: boolean): readonly OptionKey[] {
  return usesOtherAwsServices ? ['endpointUrl'] : ['endpointUrl', 'profile', 'region'];
}

/**
 * Drops each option that conflicts with an option of a stronger origin: it was meant for other runs.
 * @param usesOtherAwsServices see `optionsAgainstLocal`
 */
export function dropWeakerOpposites(given: RawOptions, usesOtherAwsServices: boolean): RawOptions {
  const kept = new Map(given);
  const opposites = [
    ...oppositeSwitches,
    ...optionsAgainstLocal(usesOtherAwsServices).map((key) => ['local', key] as const),
  ];
  for (const [one, other] of opposites) {
    const [a, b] = [given.get(one), given.get(other)];
    if (a === undefined || b === undefined || a.from === b.from) continue;
    if (isSwitchedOff(a.text) || isSwitchedOff(b.text)) continue;
    kept.delete(origins.indexOf(a.from) < origins.indexOf(b.from) ? other : one);
  }
  return kept;
}
