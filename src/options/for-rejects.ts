import type { Changes } from './command-line.ts';
import type { Given } from './raw-options.ts';
import { mostRecords } from '../load/limits.ts';

/** What else a command says that loads reject files: they are plain, and all of them is to be read. */
export function forRejects(given: Given, files: readonly string[]): Changes {
  /** Said against it, and not only left out: what a flag hides may say it, too. */
  const not = (key: 'skipRecords' | 'maxRecords' | 'compression', against: string): string | undefined =>
    given.has(key) ? against : undefined;
  const rejects = given.get('rejects');
  // Elsewhere than on the command line it is said again the next time.
  const isSaidAgain = rejects !== undefined && rejects.from !== 'flag' && files.includes(rejects.text);
  return {
    rejects: isSaidAgain ? `${rejects.text}.rejects` : undefined,
    skipRecords: not('skipRecords', '0'),
    maxRecords: not('maxRecords', String(mostRecords)),
    compression: not('compression', 'auto'),
  };
}
