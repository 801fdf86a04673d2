import { connectAndLoad } from '../load/connect.ts';
import { LoaderError } from '../errors.ts';
import { publish } from '../report/notify/publish.ts';
import { mostTimerMs } from '../load/limits.ts';
import { parseOptions } from '../options/parse.ts';
import { resolveDirect } from '../options/resolve.ts';
import { allOptions } from '../options/table.ts';
import { givenFrom } from '../options/from-json.ts';
import { writeSummary } from '../report/summary-file.ts';
import type { Summary } from '../load/summary.ts';
import { isFile } from '../load/source/is-file.ts';
import { Callbacks } from './callbacks.ts';
import type { LoadOptions } from './options.ts';

/** A load that did not come to the end of its input: why, and what was done until then. */
export class LoadStopped extends LoaderError {
  /** What happened, up to the frontier; `checkpoint` names the file that `resume: true` goes on from. */
  readonly summary: Summary;

  constructor(summary: Summary, error: NonNullable<Summary['error']>) {
    super(error.code, error.message, { hint: error.hint ?? undefined, place: error.place ?? undefined });
    this.summary = summary;
  }
}

/**
 * Loads CSV into a DynamoDB table, as `csv2ddb direct` does.
 *
 * @returns the summary of a load that came to its end. `rejected` counts the records that were not loaded; they are
 *   in `rejectsFile`.
 * @throws LoaderError with the code USAGE where the options are wrong, and nothing was done; with another code where the load
 *   has ended, but the file of `summary` cannot be written, or the topic of `notify` not be reached.
 * @throws LoadStopped where the load stopped before its end: code and hint say why, `summary` what was done.
 * @throws what a callback threw: the load is stopped then, and leaves its checkpoint.
 */
export async function load(options: LoadOptions): Promise<Summary> {
  const { sources, input, signal, onProgress, progressEveryMs, onMessage, ...rest } = options;
  const { given, problems } = givenFrom(rest, 'call');
  // A program in JavaScript may have left them out.
  const names = [(sources as LoadOptions['sources'] | undefined) ?? []].flat();
  const parsed = parseOptions(given, names, [...problems, ...problemsOfCall(names, options)]);
  const settings = resolveDirect(parsed, { env: process.env, stdinIsTerminal: false, isFile });

  const callbacks = new Callbacks({ signal, onProgress, progressEveryMs, onMessage });
  try {
    const summary = await connectAndLoad(settings, {
      // Looked at only where it is read: a look opens it.
      get stdin() {
        return input ?? process.stdin;
      },
      env: process.env,
      stop: callbacks.stop,
      report: callbacks,
    });
    callbacks.last();
    if (settings.report.summary !== undefined) await writeSummary(settings.report.summary, summary);
    if (settings.report.notify !== undefined) await publish(settings, summary, signal);
    callbacks.throwFailure();
    if (summary.error !== null) throw new LoadStopped(summary, summary.error);
    return summary;
  } finally {
    callbacks.close();
  }
}

/** What is wrong with the call beside the options that the command has, too. */
function problemsOfCall(sources: readonly string[], { progressEveryMs = 1000, ...rest }: LoadOptions): string[] {
  const ofCommand = Object.keys(rest).filter((name) => optionsOfCommand.has(name));
  return [
    ...(sources.length === 0 ? ["sources is missing or empty: name a file, or '-' for what `input` reads"] : []),
    ...(progressEveryMs >= 1 && progressEveryMs <= mostTimerMs
      ? []
      : ['progressEveryMs takes a number of milliseconds from 1 on']),
    ...ofCommand.map((name) => `${name} is of the command line alone: leave it out`),
  ];
}

/** Of the command line and its terminal, and those of other commands. */
const optionsOfCommand: ReadonlySet<string> = new Set([
  ...['json', 'quiet', 'verbose', 'noColor', 'reportEvery', 'printPolicy'],
  ...allOptions()
    .filter(([, { commands }]) => commands?.includes('direct') === false)
    .flatMap(([key, { name }]) => [key, name]),
]);
