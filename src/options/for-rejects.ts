import type { Changes } from './command-line.ts';
import type { Given } from './raw-options.ts';
import { mostRecords } from '../load/limits.ts';

/** Returns the option changes of a command that loads reject files: they are not compressed, and are read in full. */
export function forRejects(given: Given, files: readonly string[]): Changes {
  // Removing a flag is not enough: the environment or a config file may set the option, too.
  const reset = (key: 'skipRecords' | 'maxRecords' | 'compression', neutral: string): string | undefined =>
    given.has(key) ? neutral : undefined;
  const rejects = given.get('rejects');
  // An option from the environment or a config file applies again, and would overwrite the file that is read.
  const appliesAgain = rejects !== undefined && rejects.from !== 'flag' && files.includes(rejects.text);
  return {
    rejects: appliesAgain ? `${rejects.text}.rejects` : undefined,
    skipRecords: reset('skipRecords', '0'),
    maxRecords: reset('maxRecords', String(mostRecords)),
    compression: reset('compression', 'auto'),
  };
}
