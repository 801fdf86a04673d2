import { readFileSync } from 'node:fs';

/**
 * Returns the output of `csv2ddb --help`, which the build has written to a file: making it takes as long as starting Node.
 * @returns undefined for every other command line, for a terminal, whose width decides the output, and without a build
 */
export function readKnownHelp(argv: readonly string[], file: URL): string | undefined {
  if (argv.length !== 1 || !['--help', '-h'].includes(argv[0] ?? '') || process.stdout.isTTY) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
