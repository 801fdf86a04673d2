import { fstatSync, statSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { LoaderError } from '../../errors.ts';
import type { ReportSettings } from '../settings.ts';
import { reasonsPath } from '../summary.ts';
import type { Source } from '../source/source.ts';
import { fileNameOf } from './file-name.ts';

/**
 * Refuses to read a file that the run writes, by another name, through a link or as standard input too, and to write
 * two things to one file.
 * @param checkpointPath of the job; undefined where it has none here
 * @throws LoaderError USAGE
 */
export function refuseSharedFiles(
  { report }: { readonly report: Written },
  sources: readonly Source[],
  checkpointPath: string | undefined,
): void {
  const outputs = outputsOf(report, sources, checkpointPath);
  const named = outputs.filter(({ isNamed }) => isNamed);
  for (const output of named) {
    const other = outputs.find((one) => one.what !== output.what && isSame(one.file, output.file));
    if (other === undefined) continue;
    throw conflict(output, `${output.path} is to hold ${output.what}, and ${other.what} as well`);
  }
  for (const source of sources) {
    // A file may be called `stdin`, too.
    const files = [fileOf(source.name), ...(source.name === 'stdin' ? [fileOf('stdin', () => fstatSync(0))] : [])];
    const output = named.find((one) => files.some((file) => file.stats !== undefined && isSame(one.file, file)));
    if (output === undefined) continue;
    throw conflict(output, `${source.name} is to be read, and ${output.what} would be written to it`);
  }
}

function conflict({ option, what }: Output, message: string): LoaderError {
  return new LoaderError('USAGE', message, { hint: `Give another file: ${option} names where ${what} goes.` });
}

/** What names the files that are written. */
type Written = Pick<ReportSettings, 'rejects' | 'summary'>;

interface Output {
  readonly path: string;
  readonly file: File;
  readonly what: string;
  readonly option: string;
  /** Whether it is to go to this very name: what is rejected else takes the next one that is free. */
  readonly isNamed: boolean;
}

function outputsOf(
  { rejects, summary }: Written,
  sources: readonly Source[],
  checkpointPath: string | undefined,
): Output[] {
  const output = (path: string, what: string, option: string, isNamed = true): Output => {
    return { path, file: fileOf(path), what, option, isNamed };
  };
  return [
    ...(checkpointPath === undefined ? [] : ['', '.lock', '.new']).map((end) =>
      output(`${checkpointPath ?? ''}${end}`, 'the checkpoint', '--checkpoint'),
    ),
    ...rejectPathsOf(rejects, sources).flatMap((path) => [
      output(path, 'what is rejected', '--rejects', path === rejects),
      output(reasonsPath(path), 'the reasons of what is rejected', '--rejects', path === rejects),
    ]),
    ...(summary === undefined ? [] : [output(summary, 'the summary', '--summary')]),
  ];
}

function rejectPathsOf(wanted: string | undefined, sources: readonly Source[]): string[] {
  const isFolder = wanted !== undefined && (sources.length > 1 || fileOf(wanted).stats?.isDirectory() === true);
  if (wanted !== undefined && !isFolder) return [wanted];
  return sources.map(({ baseName }) => join(wanted ?? '.', `${fileNameOf(baseName)}.rejects`));
}

/** A file by its name and, where it is there, by what it is. */
interface File {
  readonly path: string;
  readonly stats: Stats | undefined;
}

function fileOf(path: string, look: () => Stats = () => statSync(path)): File {
  try {
    return { path: resolve(path), stats: look() };
  } catch {
    // What cannot be looked at, or is a URL, is no file that could be written to.
    return { path: resolve(path), stats: undefined };
  }
}

function isSame(one: File, other: File): boolean {
  if (one.stats === undefined || other.stats === undefined) return one.path === other.path;
  return one.stats.isFile() && one.stats.dev === other.stats.dev && one.stats.ino === other.stats.ino;
}
