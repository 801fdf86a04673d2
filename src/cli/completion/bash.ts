import { quoteArgument } from '../../options/command-line.ts';
import type { CompletedOption, CompletionModel, Candidates } from './model.ts';

/** Returns a completion script for bash 3.2 and later. It needs neither the package bash-completion nor csv2ddb itself. */
export function bashScript({ commands, options }: CompletionModel): string {
  const all = new Map([...options, ...commands.flatMap((command) => command.options)].map((one) => [one.name, one]));
  const valued = [...all.values()].filter((one) => one.value !== 'nothing' && !one.isBare);
  return `# Completes csv2ddb in bash. Made by: csv2ddb completion bash

_csv2ddb_files() {
  # Let readline quote names with spaces, and complete ~ and open quotes.
  compopt -o filenames -o default 2>/dev/null || :
  local name
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$2")
}

_csv2ddb_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$2")
}

_csv2ddb_value() {
  case $1 in
${valueCases([...all.values()])}
  esac
}

_csv2ddb() {
  COMPREPLY=()
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' operands='' word i
  # bash splits --ragged=pad into three words.
  if [[ $cur == = ]]; then
    cur=''
    _csv2ddb_value "$prev" "$cur"
    return 0
  elif [[ $prev == = ]]; then
    _csv2ddb_value "\${COMP_WORDS[COMP_CWORD-2]}" "$cur"
    return 0
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $operands == only ]]; then
      [[ -z $command ]] && command=$word
      continue
    fi
    case $word in
      --) operands=only ;;
      ${valued.map((one) => `--${one.name}`).join(' | ')})
        # The value follows, with or without an equals sign.
        [[ \${COMP_WORDS[i+1]-} == = ]] && ((i++))
        ((i++))
        if ((i == COMP_CWORD)); then
          _csv2ddb_value "$word" "$cur"
          return 0
        fi
        ;;
      -*) [[ \${COMP_WORDS[i+1]-} == = ]] && ((i += 2)) ;;
      *) [[ -z $command ]] && command=$word ;;
    esac
  done
  case $command in
    '')
      if [[ $cur == -* && -z $operands ]]; then
        _csv2ddb_words '${optionWords(options)}' "$cur"
      else
        _csv2ddb_words '${commands.map((command) => command.name).join(' ')}' "$cur"
      fi
      ;;
${commands
  .map(
    (command) => `    ${command.name})
      if [[ $cur == -* && -z $operands ]]; then
        _csv2ddb_words '${optionWords(command.options)}' "$cur"
      else
        ${formatCandidates(command.operand === 'files' ? 'file' : command.operand, '$cur')}
      fi
      ;;`,
  )
  .join('\n')}
  esac
  return 0
}

complete -F _csv2ddb csv2ddb
`;
}

function optionWords(options: readonly CompletedOption[]): string {
  return options.map((one) => `--${one.name}`).join(' ');
}

function valueCases(options: readonly CompletedOption[]): string {
  const lines = options
    .filter((one) => one.value !== 'nothing' && one.value !== 'text')
    .map((one) => `    --${one.name}) ${formatCandidates(one.value, '$2')} ;;`);
  return lines.join('\n');
}

function formatCandidates(candidates: Candidates, word: string): string {
  if (candidates === 'file') return `_csv2ddb_files -f "${word}"`;
  if (candidates === 'folder') return `_csv2ddb_files -d "${word}"`;
  if (typeof candidates === 'string') return ':';
  return `_csv2ddb_words ${quoteArgument(candidates.join(' '), 'linux')} "${word}"`;
}
