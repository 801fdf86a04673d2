import type { OptionChanges } from './command-line.ts';
import type { RawOptions } from './raw-options.ts';
import { maxRecordCount } from '../load/limits.ts';

/** Returns the option changes of a command that loads reject files: they are not compressed, and are read in full. */
export function optionsForRejects(given: RawOptions, files: readonly string[]): OptionChanges {
  // Removing a flag is not enough: the environment or a config file may set the option, too.
  const reset = (
    key: 'skipLines' | 'skipRecords' | 'maxRecords' | 'compression',
    neutral: string,
  ): string | undefined => (given.has(key) ? neutral : undefined);
  const rejects = given.get('rejects');
  // An option from the environment or a config file applies again, and would overwrite the file that is read.
  const appliesAgain = rejects !== undefined && rejects.from !== 'flag' && files.includes(rejects.text);
  return {
    rejects: appliesAgain ? `${rejects.text}.rejects` : undefined,
    skipLines: reset('skipLines', '0'),
    skipRecords: reset('skipRecords', '0'),
    maxRecords: reset('maxRecords', String(maxRecordCount)),
    compression: reset('compression', 'auto'),
  };
}
