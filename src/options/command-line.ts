import { hideUrlSecrets } from '../text/hide-url-secrets.ts';
import type { RawOptions } from './raw-options.ts';
import type { CommandName } from './option.ts';
import { options, optionsOf, type OptionKey } from './table.ts';

/** Options to set or, if undefined, to remove. */
export type OptionChanges = Partial<Record<OptionKey, string | undefined>>;

/** The command of a command line. */
export interface CommandCall {
  /** See `programName`. */
  readonly program: string;
  readonly command: CommandName;
  /** Default: none. */
  readonly operands?: readonly string[];
}

/**
 * Returns a command to copy into a shell: the given options with changes. Options from the environment or a config file
 * are left out, since they apply again. Secrets in URLs are removed.
 */
export function formatCommandLine(
  { program, command, operands = [] }: CommandCall,
  given: RawOptions,
  changes: OptionChanges = {},
  platform: NodeJS.Platform = process.platform,
): string {
  const quote = (text: string): string => quoteArgument(hideUrlSecrets(text), platform);
  const flags = optionsOf(command).flatMap(([key]): string[] => {
    const raw = given.get(key);
    const text = key in changes ? changes[key] : raw?.from === 'flag' ? raw.text : undefined;
    if (text === undefined) return [];
    const { name, kind, bare } = options[key];
    if (kind.placeholder === undefined) return text === 'false' ? [] : [`--${name}`];
    // An optional value is joined to its option: otherwise the next operand would become the value.
    if (bare !== undefined) return [text === bare ? `--${name}` : `--${name}=${quote(text)}`];
    return text.startsWith('-') ? [`--${name}=${quote(text)}`] : [`--${name}`, quote(text)];
  });
  const words = operands.map(quote);
  // After `--`, an operand that starts with a dash is not an option.
  if (operands.some((operand) => /^-./.test(operand))) return [program, command, ...flags, '--', ...words].join(' ');
  return [program, command, ...words, ...flags].join(' ');
}

/** Returns the command that started this program, as far as it is known. */
export function programName(env: NodeJS.ProcessEnv): string {
  return env['npm_command'] === 'exec' ? 'npx csv2ddb' : 'csv2ddb';
}

/** Quotes an argument for a POSIX shell; on Windows, for both cmd and PowerShell. */
export function quoteArgument(text: string, platform: NodeJS.Platform): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  if (platform !== 'win32' && /[\u0000-\u001f\u007f]/.test(text))
    return `$'${text.replace(/[\\'\u0000-\u001f\u007f]/g, escapeCharacter)}'`;
  if (platform === 'win32') return /^[\w@+=:,./\\-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Escapes a character for `$'…'` in bash, zsh and ksh. */
function escapeCharacter(character: string): string {
  return /[\\']/.test(character) ? `\\${character}` : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
