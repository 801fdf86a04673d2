import { parseOptions, refuse, type OptionValues } from './parse.ts';
import type { Given } from './raw-options.ts';
import { contradictions, type RuleContext, type RuledCommand } from './rules.ts';

/** What a command was told, not checked yet. */
export interface Asked {
  readonly given: Given;
  /** Sources, files, or the folder of `local`, as they were named; left out by commands without any. */
  readonly operands?: readonly string[];
  /** Left out by commands without operands: only those depend on it. */
  readonly around?: Pick<RuleContext, 'stdinIsTerminal' | 'isFile'>;
  /** What is known to be wrong already, in a config file or a call. */
  readonly known?: readonly string[];
}

const nothingAround = { stdinIsTerminal: false, isFile: () => false };

/**
 * Parses the options of a command and holds them to the rules.
 * @throws LoaderError USAGE, with all that is wrong in one message
 */
export function checkOptions(command: RuledCommand, asked: Asked): OptionValues {
  const { operands = [], around = nothingAround, known = [] } = asked;
  const { given, values, problems } = parseOptions(asked.given, operands);
  const { stdinIsTerminal, isFile } = around;
  const hasProblems = known.length > 0;
  const found = contradictions({ command, operands, given, values, hasProblems, stdinIsTerminal, isFile });
  const hint =
    command === 'function'
      ? 'docs/pipeline.md says what the function needs'
      : `csv2ddb ${command} --help lists the options`;
  refuse([...known, ...problems, ...found], hint);
  return values;
}
