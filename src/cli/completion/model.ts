import { commands, type Command } from '../../options/commands.ts';
import type { CommandName, Option } from '../../options/option.ts';
import { options, optionsOf } from '../../options/table.ts';

/** What stands in a place of the command line. */
export type Takes = 'nothing' | 'text' | 'file' | 'folder' | readonly string[];

/** An option as a shell completes it. */
export interface Completion {
  /** Without the dashes. */
  readonly name: string;
  readonly help: string;
  readonly value: Takes;
  /** Its value may be left out: if there is one, it is joined with an equals sign. */
  readonly isBare: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  /** What its operands are. */
  readonly operand: NonNullable<Command['operand']>['takes'] | 'nothing';
  /** Those that all commands take as well. */
  readonly options: readonly Completion[];
}

/** All that a shell can complete, from the table of options and the list of commands. */
export interface CompletionModel {
  readonly commands: readonly CompletedCommand[];
  /** Options that may stand before a command. */
  readonly options: readonly Completion[];
}

export function completionModel(): CompletionModel {
  const names = Object.keys(commands) as CommandName[];
  return {
    commands: names.map((name) => {
      const { summary, operand } = commands[name];
      return {
        name,
        summary,
        operand: operand?.takes ?? 'nothing',
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

const help: Completion = { name: 'help', help: 'print the help', value: 'nothing', isBare: false };

function completionOf(option: Option<unknown>): Completion {
  const { choices, path, placeholder } = option.kind;
  return {
    name: option.name,
    help: option.help,
    value: placeholder === undefined ? 'nothing' : (choices ?? path ?? 'text'),
    isBare: option.bare !== undefined,
  };
}
