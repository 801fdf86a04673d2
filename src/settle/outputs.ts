import { fstatSync, statSync, type Stats } from 'node:fs';
import { LoaderError } from '../errors.ts';
import type { Settings } from '../options/settings.ts';
import { reasonsPath } from '../report/summary.ts';
import type { Source } from '../source/source.ts';

/**
 * Refuses to read a file that the run writes: by another name, through a link or as standard input too.
 * @param checkpointPath of the job
 * @throws LoaderError USAGE
 */
export function refuseReadingOutputs(settings: Settings, sources: readonly Source[], checkpointPath: string): void {
  const outputs = outputsOf(settings, checkpointPath)
    .map((output) => ({ ...output, is: look(() => statSync(output.path)) }))
    .filter(({ is }) => is?.isFile() === true);
  if (outputs.length === 0) return;
  for (const source of sources) {
    const is = look(() => (source.name === 'stdin' ? fstatSync(0) : statSync(source.name)));
    const output = is?.isFile() === true ? outputs.find((one) => isSame(one.is, is)) : undefined;
    if (output === undefined) continue;
    throw new LoaderError('USAGE', `${source.name} is to be read, and ${output.what} would be written to it`, {
      hint: `Give another file: ${output.option} names where ${output.what} goes.`,
    });
  }
}

interface Output {
  readonly path: string;
  readonly what: string;
  readonly option: string;
}

/** Reject files of our own naming are never one that is there already. */
function outputsOf({ report }: Settings, checkpointPath: string): Output[] {
  const { rejects, summary } = report;
  return [
    { path: checkpointPath, what: 'the checkpoint', option: '--checkpoint' },
    ...(rejects === undefined ? [] : [rejects, reasonsPath(rejects)]).map((path) => ({
      path,
      what: 'what is rejected',
      option: '--rejects',
    })),
    ...(summary === undefined ? [] : [{ path: summary, what: 'the summary', option: '--summary' }]),
  ];
}

function look(at: () => Stats): Stats | undefined {
  try {
    return at();
  } catch {
    // What cannot be looked at, or is a URL, is no file that could be written to.
    return undefined;
  }
}

function isSame(one: Stats | undefined, other: Stats): boolean {
  return one?.dev === other.dev && one.ino === other.ino;
}
