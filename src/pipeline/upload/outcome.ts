import { basename } from 'node:path';
import { exitStatus as statuses, worseExitStatus, type ExitStatus } from '../../errors.ts';
import { addTotals, zeroTotals, type RangeTotals } from '../state/totals.ts';
import { formatCommandLine, programName } from '../../options/command-line.ts';
import { optionsForRejects } from '../../options/for-rejects.ts';
import type { RawOptions } from '../../options/raw-options.ts';
import { readJsonOptions } from '../../options/from-json.ts';
import type { ClosingCommands } from '../../report/closing-lines.ts';
import { makeSummary } from '../../load/make-summary.ts';
import { listRejectFiles, type Summary } from '../../load/summary.ts';
import { keyForRejects } from './keys.ts';
import type { JobResult } from './result.ts';

/** Returns one summary for all uploads: that of the only job, or the sum of several, which it has as `jobs`. */
export function combineResults(results: readonly JobResult[], table: string): Summary {
  const [only] = results;
  if (only !== undefined && results.length === 1) return only;
  const { counts, bytes, ...traffic } = results.map(toPart).reduce(addTotals, zeroTotals);
  const exitStatus = results.map((result) => result.exitStatus).reduce<ExitStatus>(worseExitStatus, statuses.done);
  const all: Summary & { readonly jobs: readonly JobResult[] } = {
    ...makeSummary({
      table,
      sources: results.flatMap(({ sources }) => sources),
      headers: results.flatMap(({ headers }) => headers),
      counts,
      // Jobs run at the same time.
      seconds: Math.max(0, ...results.map(({ seconds }) => seconds)),
      bytes,
      traffic,
      rejectsFiles: results.flatMap(listRejectFiles),
      resumed: results.some(({ resumed }) => resumed),
      exitStatus,
      error: results.find((result) => result.exitStatus === exitStatus)?.error ?? null,
    }),
    jobs: results,
  };
  return all;
}

/** Returns the numbers of a summary in the form that `addTotals` adds up. */
function toPart(result: JobResult): RangeTotals {
  const { read, written, superseded, skipped, filtered, rejected, padded, truncated, ...rest } = result;
  const counts = { read, written, superseded, skipped, filtered, rejected, padded, truncated };
  return { ...zeroTotals, ...rest, counts };
}

/** The facts that the suggested commands depend on. */
export interface NextCommandOptions {
  readonly given: RawOptions;
  readonly env: NodeJS.ProcessEnv;
  /** Suffix of the pipeline's keys. */
  readonly suffix: string | null;
  /** Default settings that the files were loaded with, by long option names; undefined: they have their own. */
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
}

/** Returns the commands to suggest after an upload. */
export function suggestCommands({ given, env, suffix, defaults }: NextCommandOptions): ClosingCommands {
  const program = programName(env);
  const all = withDefaults(given, defaults);
  // Options about the uploaded files do not apply to their reject files.
  const omitted = { expectedSize: undefined, replace: undefined, ifChanged: undefined };
  const load = (files: readonly string[], key: string | undefined): string => {
    const changes = { ...omitted, ...optionsForRejects(all, files), key };
    return formatCommandLine({ program, command: 'upload', operands: files }, all, changes);
  };
  const keyFor = (file: string): string | undefined => keyForRejects(basename(file), suffix);
  return {
    isFromStdin: false,
    hasHiddenSecrets: false,
    view: undefined,
    // The checkpoints of jobs are in the bucket.
    resume: () => formatCommandLine({ program, command: 'redrive' }, given),
    load: (files) =>
      files.every((file) => keyFor(file) === undefined)
        ? load(files, undefined)
        : files.map((file) => load([file], keyFor(file))).join('\n  '),
  };
}

/** Adds the default settings if some of them do not fit reject files: settings of a file replace all defaults. */
function withDefaults(given: RawOptions, defaults: NextCommandOptions['defaults']): RawOptions {
  const unfit = ['skip-lines', 'skip-records', 'max-records', 'compression'];
  if (defaults === undefined || !unfit.some((name) => name in defaults)) return given;
  const flags = [...readJsonOptions(defaults, 'file').given].map(
    ([key, { text }]) => [key, { text, from: 'flag' as const }] as const,
  );
  return new Map([...given, ...flags]);
}

/** Returns the command that shows the progress of a job. */
export function makeFollowCommand(job: string, given: RawOptions, env: NodeJS.ProcessEnv): string {
  return formatCommandLine({ program: programName(env), command: 'status', operands: [job] }, given);
}
