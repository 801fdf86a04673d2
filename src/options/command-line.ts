import { publicText } from '../text/public-text.ts';
import type { Given } from './raw-options.ts';
import type { CommandName } from './option.ts';
import { options, optionsOf, type OptionKey } from './table.ts';

/** Options to set or, where undefined, to leave out, in place of what was given. */
export type Changes = Partial<Record<OptionKey, string | undefined>>;

/** What a command line calls. */
export interface Call {
  /** See `programName`. */
  readonly program: string;
  readonly command: CommandName;
  /** Default: none. */
  readonly operands?: readonly string[];
}

/**
 * A command to copy into a shell: what was given on the command line, with changes. What came from the
 * environment is there again next time. URLs lose what may be secret.
 */
export function commandLine(
  { program, command, operands = [] }: Call,
  given: Given,
  changes: Changes = {},
  platform: NodeJS.Platform = process.platform,
): string {
  const quote = (text: string): string => quoteArgument(publicText(text), platform);
  const flags = optionsOf(command).flatMap(([key]): string[] => {
    const one = given.get(key);
    const text = key in changes ? changes[key] : one?.from === 'flag' ? one.text : undefined;
    if (text === undefined) return [];
    const { name, kind, bare } = options[key];
    if (kind.placeholder === undefined) return text === 'false' ? [] : [`--${name}`];
    // A value that may be left out is joined to its option, so that nothing that follows is taken for it.
    if (bare !== undefined) return [text === bare ? `--${name}` : `--${name}=${quote(text)}`];
    return text.startsWith('-') ? [`--${name}=${quote(text)}`] : [`--${name}`, quote(text)];
  });
  const words = operands.map(quote);
  // Behind `--` a name that looks like an option is none.
  if (operands.some((operand) => /^-./.test(operand))) return [program, command, ...flags, '--', ...words].join(' ');
  return [program, command, ...words, ...flags].join(' ');
}

/** How this program was called, as far as that can be told. */
export function programName(env: NodeJS.ProcessEnv): string {
  return env['npm_command'] === 'exec' ? 'npx csv2ddb' : 'csv2ddb';
}

/** Quotes for a POSIX shell, or for what Windows' cmd and PowerShell have in common. */
export function quoteArgument(text: string, platform: NodeJS.Platform): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  if (platform !== 'win32' && /[\u0000-\u001f\u007f]/.test(text))
    return `$'${text.replace(/[\\'\u0000-\u001f\u007f]/g, escaped)}'`;
  if (platform === 'win32') return /^[\w@+=:,./\\-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** As bash, zsh and ksh have it in `$'…'`. */
function escaped(character: string): string {
  return /[\\']/.test(character) ? `\\${character}` : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
