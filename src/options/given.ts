import { optionsOf, type OptionKey } from './table.ts';
import type { CommandName } from './option.ts';

/** An option as the user gave it, not parsed yet. */
export interface GivenOption {
  /** `true` or `false` for a switch. */
  readonly text: string;
  readonly from: 'flag' | 'environment';
}

export type Given = ReadonlyMap<OptionKey, GivenOption>;

/** What the command-line parser knows of an option. */
export interface ParsedOption {
  readonly value: unknown;
  /** As commander has it: `cli`, `env`, `default`, `implied`. */
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
    } else if (source === 'env') {
      const text = env[option.env] ?? '';
      if (text !== '') given.set(key, { text, from: 'environment' });
    }
  }
  return given;
}

/** commander's name for an option: in camel case, and without a leading `no-`, which it takes as a negation. */
function attributeOf(name: string): string {
  return name.replace(/^no-/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Pairs of options of which a flag makes one from the environment void: it was meant for other runs. */
const opposites: readonly (readonly [OptionKey, OptionKey])[] = [
  ['resume', 'restart'],
  ['quiet', 'verbose'],
  ['local', 'endpointUrl'],
  ['local', 'profile'],
  ['local', 'region'],
];

/** Flags win over the environment, opposites included. */
export function flagsWin(given: Given): Given {
  const left = new Map(given);
  for (const [one, other] of opposites) {
    const [a, b] = [given.get(one), given.get(other)];
    if (a === undefined || b === undefined || a.from === b.from) continue;
    if (isSwitchedOff(a) || isSwitchedOff(b)) continue;
    left.delete(a.from === 'environment' ? one : other);
  }
  return left;
}

function isSwitchedOff(option: GivenOption): boolean {
  return /^(0|false|no|off)$/i.test(option.text);
}
