import { commands, type Operand } from '../../options/commands.ts';
import type { CommandName, Option } from '../../options/option.ts';
import { options, optionsOf } from '../../options/table.ts';

/** The words that can complete an argument. */
export type Candidates = 'nothing' | 'text' | 'file' | 'folder' | readonly string[];

/** An option as a shell completes it. */
export interface CompletedOption {
  /** Without the dashes. */
  readonly name: string;
  readonly help: string;
  readonly value: Candidates;
  /** Its value is optional, and follows an equals sign if there is one. */
  readonly isBare: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly operand: Operand['candidates'] | 'nothing';
  /** Including the global options. */
  readonly options: readonly CompletedOption[];
}

/** The completion of all commands and options, for any shell. */
export interface CompletionModel {
  readonly commands: readonly CompletedCommand[];
  /** Options that can precede a command. */
  readonly options: readonly CompletedOption[];
}

export function completionModel(): CompletionModel {
  const names = Object.keys(commands) as CommandName[];
  return {
    commands: names.map((name) => {
      const { summary, operand } = commands[name];
      return {
        name,
        summary,
        operand: operand?.candidates ?? 'nothing',
        options: [...optionsOf(name).map(([, option]) => completionOf(option)), help],
      };
    }),
    options: [
      ...Object.values(options)
        .filter((option) => option.commands === undefined)
        .map((option) => completionOf(option)),
      help,
      { name: 'version', help: 'print the version', value: 'nothing', isBare: false },
    ],
  };
}

const help: CompletedOption = { name: 'help', help: 'print the help', value: 'nothing', isBare: false };

function completionOf(option: Option<unknown>): CompletedOption {
  const { choices, path, placeholder } = option.kind;
  return {
    name: option.name,
    help: option.help,
    value: placeholder === undefined ? 'nothing' : (choices ?? path ?? 'text'),
    isBare: option.bare !== undefined,
  };
}
