import { optionsOf, type OptionKey } from './table.ts';
import type { CommandName } from './option.ts';
import { isSwitchedOff, isSwitchedOn } from './values.ts';

/** Where an option comes from, the strongest first. A program that calls takes the place of the command line. */
const origins = ['flag', 'call', 'environment', 'file'] as const;
export type Origin = (typeof origins)[number];

/** An option as the user gave it, not parsed yet. */
export interface GivenOption {
  /** As it would stand on the command line; `true` or `false` for a switch. */
  readonly text: string;
  readonly from: Origin;
  /** Name of the config file it is from. */
  readonly file?: string;
  /** Its value is not acceptable, and that has been said: it holds no value, but is not missing either. */
  readonly isRefused?: true;
}

export type Given = ReadonlyMap<OptionKey, GivenOption>;

/** What the command-line parser knows of an option. */
export interface ParsedOption {
  readonly value: unknown;
  /** As commander has it: `cli` where it was on the command line. */
  readonly source: string | undefined;
}

/**
 * Gathers what was given. An environment variable that is set to nothing counts as not set.
 * @param parsed looks an option up by the name commander has for it.
 */
export function readGiven(
  command: CommandName,
  parsed: (attribute: string) => ParsedOption,
  env: NodeJS.ProcessEnv,
): Given {
  const given = new Map<OptionKey, GivenOption>();
  for (const [key, option] of optionsOf(command)) {
    const { value, source } = parsed(attributeOf(option.name));
    if (source === 'cli') {
      // A switch is true or (--no-…) false; so is an option whose value was left out.
      const text = typeof value === 'string' ? value : (option.bare ?? 'true');
      given.set(key, { text, from: 'flag' });
    } else {
      const text = env[option.env] ?? '';
      // A variable cannot leave its value out: it says so as a switch would.
      if (option.bare !== undefined && isSwitchedOff(text)) continue;
      const meant = option.bare !== undefined && isSwitchedOn(text) ? option.bare : text;
      if (meant !== '') given.set(key, { text: meant, from: 'environment' });
    }
  }
  return given;
}

/** commander's name for an option: in camel case, and without a leading `no-`, which it takes as a negation. */
function attributeOf(name: string): string {
  return name.replace(/^no-/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Puts options of a weaker origin beneath others. */
export function beneath(given: Given, weaker: Given): Given {
  return new Map([...weaker, ...given]);
}

/** Pairs of switches that contradict each other. */
export const oppositeSwitches = [
  ['resume', 'restart'],
  ['quiet', 'verbose'],
] as const;

/**
 * Options that lead to AWS, where `--local` leads to the DynamoDB embedded here.
 * @param usesAwsBesides `--region` and `--profile` are not those of the table alone: they are no opposites of `--local`.
 */
export function awsOptions(usesAwsBesides: boolean): readonly OptionKey[] {
  return usesAwsBesides ? ['endpointUrl'] : ['endpointUrl', 'profile', 'region'];
}

/**
 * What is left of options when opposites of weaker origins are gone: those were meant for other runs.
 * @param usesAwsBesides as for `awsOptions`.
 */
export function strongestWins(given: Given, usesAwsBesides: boolean): Given {
  const left = new Map(given);
  const opposites = [...oppositeSwitches, ...awsOptions(usesAwsBesides).map((key) => ['local', key] as const)];
  for (const [one, other] of opposites) {
    const [a, b] = [given.get(one), given.get(other)];
    if (a === undefined || b === undefined || a.from === b.from) continue;
    if (isSwitchedOff(a.text) || isSwitchedOff(b.text)) continue;
    left.delete(origins.indexOf(a.from) < origins.indexOf(b.from) ? other : one);
  }
  return left;
}
