import { refuse, type OptionValues, type ParsedOptions } from './parse.ts';
import { contradictions, type RuleContext, type RuledCommand } from './rules.ts';

/** What commands without operands do not depend on. */
const nothingAround = { stdinIsTerminal: false, isFile: () => false };

/**
 * Holds the options of a command to the rules.
 * @param parsed its sources are the operands: sources, files, or the folder of `local`
 * @returns the values of all options
 * @throws LoaderError USAGE, with all that is wrong in one message
 */
export function checkOptions(
  command: RuledCommand,
  parsed: ParsedOptions,
  { stdinIsTerminal, isFile }: Pick<RuleContext, 'stdinIsTerminal' | 'isFile'> = nothingAround,
): OptionValues {
  const { sources: operands, given, values, problems, known } = parsed;
  const hasProblems = known.length > 0;
  const found = contradictions({ command, operands, given, values, hasProblems, stdinIsTerminal, isFile });
  const hint =
    command === 'function'
      ? 'docs/pipeline.md says what the function needs'
      : `csv2ddb ${command} --help lists the options`;
  refuse([...known, ...problems, ...found], hint);
  return values;
}
