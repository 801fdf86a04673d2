import type { CompletedOption, CompletionModel, Candidates } from './model.ts';

/** Returns a completion script for zsh. Source it after `compinit`, or save it as `_csv2ddb` in a folder of `$fpath`. */
export function zshScript({ commands, options }: CompletionModel): string {
  return `#compdef csv2ddb
# Completes csv2ddb in zsh. Made by: csv2ddb completion zsh

_csv2ddb() {
  local curcontext="$curcontext" state line ret=1
  typeset -A opt_args
  _arguments -C \\
${options.map((option) => `    ${optionSpec(option)} \\`).join('\n')}
    '1: :->command' \\
    '*:: :->operands' && ret=0
  case $state in
    command)
      local -a commands
      commands=(
${commands.map((command) => `        ${quote(`${command.name}:${command.summary}`)}`).join('\n')}
      )
      _describe -t commands command commands && ret=0
      ;;
    operands)
      case $line[1] in
${commands
  .map(
    (command) => `        ${command.name})
          _arguments \\
${command.options.map((option) => `            ${optionSpec(option)} \\`).join('\n')}
            ${operandSpec(command.operand)} && ret=0
          ;;`,
  )
  .join('\n')}
      esac
      ;;
  esac
  return ret
}

if [[ $funcstack[1] == _csv2ddb ]]; then
  _csv2ddb "$@"
else
  compdef _csv2ddb csv2ddb
fi
`;
}

/** Returns an option spec of _arguments: `--ragged[records with fewer fields]:value:(reject pad)`. */
function optionSpec({ name, help, value, isBare }: CompletedOption): string {
  const flag = value === 'nothing' ? `--${name}` : isBare ? `--${name}=-` : `--${name}=`;
  const described = `${flag}[${escaped(help, /[\\[\]]/g)}]`;
  if (value === 'nothing') return quote(described);
  return quote(`${described}${isBare ? '::' : ':'}${name}:${formatCandidates(value)}`);
}

function operandSpec(candidates: CompletionModel['commands'][number]['operand']): string {
  if (candidates === 'files') return quote('*:source:_files');
  return quote(candidates === 'folder' ? '1:folder:_files -/' : `1:shell:${formatCandidates(candidates)}`);
}

function formatCandidates(candidates: Candidates): string {
  if (candidates === 'file') return '_files';
  if (candidates === 'folder') return '_files -/';
  return typeof candidates === 'string' ? ' ' : `(${candidates.join(' ')})`;
}

function escaped(text: string, meaning: RegExp): string {
  return text.replace(meaning, String.raw`\$&`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
