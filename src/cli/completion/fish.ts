import type { CompletedCommand, Completion, CompletionModel, Takes } from './model.ts';

/** A completion script for fish. */
export function fishScript({ commands, options }: CompletionModel): string {
  const names = commands.map((command) => command.name).join(' ');
  const before = `not __fish_seen_subcommand_from ${names}`;
  const lines = [
    '# Completes csv2ddb in fish. Made by: csv2ddb completion fish',
    '',
    'complete -c csv2ddb -f',
    ...commands.map(
      (command) => `complete -c csv2ddb -n ${quote(before)} -a ${command.name} -d ${quote(command.summary)}`,
    ),
    ...options.map((option) => optionLine(before, option)),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(command: CompletedCommand): string[] {
  const within = `__fish_seen_subcommand_from ${command.name}`;
  const takes = command.operand === 'files' ? 'file' : command.operand;
  return [
    '',
    `complete -c csv2ddb -n ${quote(within)} ${action(takes)}`,
    ...command.options.map((option) => optionLine(within, option)),
  ];
}

function optionLine(condition: string, { name, help, value, isBare }: Completion): string {
  const parts = ['complete -c csv2ddb', `-n ${quote(condition)}`, `-l ${name}`];
  if (value !== 'nothing') {
    // An option whose value may be left out requires none.
    parts.push(...(isBare ? [] : ['-r']), action(value));
  }
  return [...parts, `-d ${quote(help)}`].join(' ');
}

function action(takes: Takes): string {
  if (takes === 'file') return '-F';
  if (takes === 'folder') return `-f -a '(__fish_complete_directories)'`;
  return typeof takes === 'string' ? '-f' : `-f -a ${quote(takes.join(' '))}`;
}

/** In single quotes a backslash and a single quote need a backslash. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
