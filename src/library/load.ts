import { Readable } from 'node:stream';
import { connectAndLoad } from '../load/connect.ts';
import { LoaderError } from '../errors.ts';
import { publish } from '../report/notify/publish.ts';
import { maxTimerMs } from '../load/limits.ts';
import { parseOptions } from '../options/parse.ts';
import { resolveDirect } from '../options/resolve.ts';
import { allOptions } from '../options/table.ts';
import { readJsonOptions } from '../options/from-json.ts';
import { writeSummary } from '../report/summary-file.ts';
import type { Summary } from '../load/summary.ts';
import { isFile } from '../load/source/is-file.ts';
import { Callbacks } from './callbacks.ts';
import type { LoadOptions } from './options.ts';

/** The load stopped before the end of its input. The code and the hint say why. */
export class LoadStopped extends LoaderError {
  /** Result up to the frontier. `checkpoint` is the file that `resume: true` continues from. */
  readonly summary: Summary;

  constructor(summary: Summary, error: NonNullable<Summary['error']>) {
    super(error.code, error.message, { hint: error.hint ?? undefined, place: error.place ?? undefined });
    this.summary = summary;
  }
}

/**
 * Loads CSV into a DynamoDB table, as `csv2ddb direct` does.
 *
 * @returns the summary of a complete load. `rejected` is the number of records that were not loaded; they are in
 *   `rejectsFile`.
 * @throws LoaderError with the code USAGE if the options are not valid: nothing was done. With a different code if the load is
 *   complete, but csv2ddb cannot write the `summary` file or publish to the `notify` topic.
 * @throws LoadStopped if the load stopped before the end of its input.
 * @throws the error of a callback: the load stops and keeps its checkpoint.
 */
export async function load(options: LoadOptions): Promise<Summary> {
  const { sources, input, signal, onProgress, progressEveryMs, onMessage, ...rest } = options;
  const { given, problems } = readJsonOptions(rest, 'call');
  // A caller in JavaScript may omit it.
  const names = [(sources as LoadOptions['sources'] | undefined) ?? []].flat();
  const parsed = parseOptions(given, names, [...problems, ...findCallProblems(names, options)]);
  const settings = resolveDirect(parsed, { env: process.env, stdinIsTerminal: false, isFile });

  const callbacks = new Callbacks({ signal, onProgress, progressEveryMs, onMessage });
  try {
    const summary = await connectAndLoad(settings, {
      // A getter, because reading process.stdin opens it.
      get stdin() {
        if (input === undefined) return process.stdin;
        return input instanceof Readable ? input : Readable.from(input);
      },
      env: process.env,
      stop: callbacks.stop,
      report: callbacks,
    });
    callbacks.reportProgress();
    if (settings.report.summary !== undefined) await writeSummary(settings.report.summary, summary);
    if (settings.report.notify !== undefined) await publish(settings, summary, signal);
    callbacks.throwFailure();
    if (summary.error !== null) throw new LoadStopped(summary, summary.error);
    return summary;
  } finally {
    callbacks.close();
  }
}

/** Checks the options that the command does not have. */
function findCallProblems(sources: readonly string[], { progressEveryMs = 1000, ...rest }: LoadOptions): string[] {
  const commandOnly = Object.keys(rest).filter((name) => commandOnlyOptions.has(name));
  return [
    ...(sources.length === 0 ? ["sources is missing or empty: give a file, or '-' to read `input`"] : []),
    ...(progressEveryMs >= 1 && progressEveryMs <= maxTimerMs
      ? []
      : [`progressEveryMs must be between 1 and ${maxTimerMs} milliseconds`]),
    ...commandOnly.map((name) => `${name} is an option of the command line only: remove it`),
  ];
}

/** Options of the terminal and of other commands. */
const commandOnlyOptions: ReadonlySet<string> = new Set([
  ...['json', 'quiet', 'verbose', 'noColor', 'reportEvery', 'printPolicy'],
  ...allOptions()
    .filter(([, { commands }]) => commands?.includes('direct') === false)
    .flatMap(([key, { name }]) => [key, name]),
]);
