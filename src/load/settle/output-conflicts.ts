import { fstatSync, statSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { LoaderError } from '../../errors.ts';
import type { ReportSettings } from '../settings.ts';
import { getReasonsPath } from '../summary.ts';
import type { Source } from '../source/source.ts';
import { getBaseFileName } from './file-name.ts';

/**
 * Checks that no output overwrites a source or another output. Also detects links and redirected standard input.
 * @param checkpointPath of the job; undefined if it has no local checkpoint
 * @throws LoaderError USAGE
 */
export function assertNoFileConflicts(
  { report }: { readonly report: OutputSettings },
  sources: readonly Source[],
  checkpointPath: string | undefined,
): void {
  const outputs = listOutputs(report, sources, checkpointPath);
  const fixed = outputs.filter(({ isFixed }) => isFixed);
  for (const output of fixed) {
    const other = outputs.find((one) => one.content !== output.content && isSameFile(one.file, output.file));
    if (other === undefined) continue;
    throw createConflictError(output, `${output.path} is used for ${output.content} and ${other.content}`);
  }
  for (const source of sources) {
    // A file can also be named `stdin`.
    const files = [statFile(source.name), ...(source.name === 'stdin' ? [statFile('stdin', () => fstatSync(0))] : [])];
    const output = fixed.find((one) => files.some((file) => file.stats !== undefined && isSameFile(one.file, file)));
    if (output === undefined) continue;
    throw createConflictError(output, `cannot write ${output.content} to ${source.name}: it is a source`);
  }
}

function createConflictError({ option, content }: Output, message: string): LoaderError {
  return new LoaderError('USAGE', message, { hint: `Choose a different path for ${content} with ${option}.` });
}

/** The settings that name output files. */
type OutputSettings = Pick<ReportSettings, 'rejects' | 'summary'>;

interface Output {
  readonly path: string;
  readonly file: FileStats;
  readonly content: string;
  readonly option: string;
  /** Whether the path is fixed. Other reject files use the next free name. */
  readonly isFixed: boolean;
}

function listOutputs(
  { rejects, summary }: OutputSettings,
  sources: readonly Source[],
  checkpointPath: string | undefined,
): Output[] {
  const output = (path: string, content: string, option: string, isFixed = true): Output => {
    return { path, file: statFile(path), content, option, isFixed };
  };
  return [
    ...(checkpointPath === undefined ? [] : ['', '.lock', '.in-flight', '.new']).map((end) =>
      output(`${checkpointPath ?? ''}${end}`, 'the checkpoint', '--checkpoint'),
    ),
    ...listRejectPaths(rejects, sources).flatMap((path) => [
      output(path, 'the rejected records', '--rejects', path === rejects),
      output(getReasonsPath(path), 'the reject reasons', '--rejects', path === rejects),
    ]),
    ...(summary === undefined ? [] : [output(summary, 'the summary', '--summary')]),
  ];
}

function listRejectPaths(rejects: string | undefined, sources: readonly Source[]): string[] {
  const isFolder = rejects !== undefined && (sources.length > 1 || statFile(rejects).stats?.isDirectory() === true);
  if (rejects !== undefined && !isFolder) return [rejects];
  return sources.map(({ baseName }) => join(rejects ?? '.', `${getBaseFileName(baseName)}.rejects`));
}

/** A file: its path, and its stats if it exists. */
interface FileStats {
  readonly path: string;
  readonly stats: Stats | undefined;
}

function statFile(path: string, readStats: () => Stats = () => statSync(path)): FileStats {
  try {
    return { path: resolve(path), stats: readStats() };
  } catch {
    // The file does not exist or cannot be accessed, or the path is a URL.
    return { path: resolve(path), stats: undefined };
  }
}

function isSameFile(one: FileStats, other: FileStats): boolean {
  if (one.stats === undefined || other.stats === undefined) return one.path === other.path;
  return one.stats.isFile() && one.stats.dev === other.stats.dev && one.stats.ino === other.stats.ino;
}
