import { basename } from 'node:path';
import { exitStatus as statuses, worse, type ExitStatus } from '../../errors.ts';
import { addParts, emptyPart, type Part } from '../state/totals.ts';
import { commandLine, programName } from '../../options/command-line.ts';
import { forRejects } from '../../options/for-rejects.ts';
import type { Given } from '../../options/raw-options.ts';
import { givenFrom } from '../../options/from-json.ts';
import type { Commands } from '../../report/closing-lines.ts';
import { makeSummary } from '../../load/make-summary.ts';
import { rejectFilesOf, type Summary } from '../../load/summary.ts';
import { keyForRejects } from './keys.ts';
import type { Result } from './result.ts';

/** One summary of all that was put: that of the job, where it is one; of several their sum, and all of them as `jobs`. */
export function summaryOfAll(results: readonly Result[], table: string): Summary {
  const [only] = results;
  if (only !== undefined && results.length === 1) return only;
  const { counts, bytes, ...traffic } = results.map(partOf).reduce(addParts, emptyPart);
  const exitStatus = results.map((one) => one.exitStatus).reduce<ExitStatus>(worse, statuses.done);
  const all: Summary & { readonly jobs: readonly Result[] } = {
    ...makeSummary({
      table,
      sources: results.flatMap(({ sources }) => sources),
      counts,
      // They are loaded at the same time.
      seconds: Math.max(0, ...results.map((one) => one.seconds)),
      bytes,
      traffic,
      rejectsFiles: results.flatMap(rejectFilesOf),
      resumed: results.some(({ resumed }) => resumed),
      exitStatus,
      error: results.find((one) => one.exitStatus === exitStatus)?.error ?? null,
    }),
    jobs: results,
  };
  return all;
}

/** The numbers of a summary, as those of one part of several. */
function partOf(result: Result): Part {
  const { read, written, superseded, skipped, filtered, rejected, ...rest } = result;
  return { ...emptyPart, ...rest, counts: { read, written, superseded, skipped, filtered, rejected } };
}

/** What the commands of an ending are made from. */
export interface CommandParts {
  readonly given: Given;
  readonly env: NodeJS.ProcessEnv;
  /** That keys of the pipeline end with. */
  readonly suffix: string | null;
  /** Default settings of the pipeline that the files were loaded with, by long names; undefined where they brought their own. */
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
}

/** How the user can go on from here. */
export function commandsAfter({ given, env, suffix, defaults }: CommandParts): Commands {
  const program = programName(env);
  const all = withDefaults(given, defaults);
  // Reject files are another upload than the one they come from.
  const isOfThatUpload = { expectedSize: undefined, replace: undefined, ifChanged: undefined };
  const load = (files: readonly string[], key: string | undefined): string => {
    const changes = { ...isOfThatUpload, ...forRejects(all, files), key };
    return commandLine({ program, command: 'upload', operands: files }, all, changes);
  };
  const keyFor = (file: string): string | undefined => keyForRejects(basename(file), suffix);
  return {
    fromStdin: false,
    lacksSecrets: false,
    look: undefined,
    // No job of a pipeline has a checkpoint here.
    resume: () => commandLine({ program, command: 'redrive' }, given),
    load: (files) =>
      files.every((file) => keyFor(file) === undefined)
        ? load(files, undefined)
        : files.map((file) => load([file], keyFor(file))).join('\n  '),
  };
}

/** Settings that a file brings take the place of all default ones. */
function withDefaults(given: Given, defaults: CommandParts['defaults']): Given {
  const misfit = ['skip-records', 'max-records', 'compression'];
  if (defaults === undefined || !misfit.some((name) => name in defaults)) return given;
  const flags = [...givenFrom(defaults, 'file').given].map(
    ([key, { text }]) => [key, { text, from: 'flag' as const }] as const,
  );
  return new Map([...given, ...flags]);
}

/** The command that shows how a job goes. */
export function followCommand(job: string, given: Given, env: NodeJS.ProcessEnv): string {
  return commandLine({ program: programName(env), command: 'status', operands: [job] }, given);
}
