import type { CompletedCommand, CompletedOption, CompletionModel, Candidates } from './model.ts';

/** Returns a completion script for fish. */
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
  const candidates = command.operand === 'files' ? 'file' : command.operand;
  return [
    '',
    `complete -c csv2ddb -n ${quote(within)} ${formatCandidates(candidates)}`,
    ...command.options.map((option) => optionLine(within, option)),
  ];
}

function optionLine(condition: string, { name, help, value, isBare }: CompletedOption): string {
  const parts = ['complete -c csv2ddb', `-n ${quote(condition)}`, `-l ${name}`];
  if (value !== 'nothing') {
    // -r makes the value required.
    parts.push(...(isBare ? [] : ['-r']), formatCandidates(value));
  }
  return [...parts, `-d ${quote(help)}`].join(' ');
}

function formatCandidates(candidates: Candidates): string {
  if (candidates === 'file') return '-F';
  if (candidates === 'folder') return `-f -a '(__fish_complete_directories)'`;
  return typeof candidates === 'string' ? '-f' : `-f -a ${quote(candidates.join(' '))}`;
}

/** Quotes a text for fish, where single quotes need a backslash before a backslash and a single quote. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
