import type { Readable } from 'node:stream';
import { connectAndLoad } from './connect.ts';
import { LoaderError } from './errors.ts';
import { publish } from './notify/publish.ts';
import { mostTimerMs } from './options/limits.ts';
import { resolveDirect } from './options/resolve.ts';
import { givenFrom } from './options/structured.ts';
import type { AttributeType, Compression, EmptyFields, Ragged } from './options/settings.ts';
import { writeSummary } from './report/summary-file.ts';
import type { Progress, Summary } from './report/summary.ts';
import { isFile } from './source/is-file.ts';

/**
 * What a load is told: the options of `csv2ddb direct`, by their names in camel case, with the same meanings, defaults
 * and limits (docs/options.md). Sizes are numbers of bytes or texts like `4MiB`; durations are texts with a unit, like
 * `30s` or `15m`. CSV2DDB_… environment variables and configuration files are not looked at; what AWS_… variables and
 * the files of the AWS CLI say holds.
 */
export interface LoadOptions {
  /** Files, globs, `s3://…`, `http(s)://…`, or `-` for `input`; loaded one after the other. */
  readonly sources: string | readonly string[];
  /** Name of the table (no ARN). */
  readonly table: string;

  /** What the source `-` reads: bytes, or strings, which are taken as UTF-8. Default: standard input. */
  readonly input?: Readable | undefined;
  /** Aborted: what is in flight is waited for, a checkpoint is left, and the promise is rejected (INTERRUPTED). */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called now and then from the first write on, and once at the end. A promise is not waited for. What it throws, or
   * rejects with, stops the load, which leaves its checkpoint and ends with that.
   */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
  /** Milliseconds between two calls of `onProgress`. Default 1,000. */
  readonly progressEveryMs?: number | undefined;
  /** Called with one line of text for what a user should read: a table made, a checkpoint found. */
  readonly onMessage?: ((text: string) => unknown) | undefined;

  /** AWS region. Default: as the AWS CLI finds it. */
  readonly region?: string | undefined;
  /** Profile of the AWS configuration files; becomes AWS_PROFILE of this process. */
  readonly profile?: string | undefined;
  /** Endpoint in place of that of AWS, for every service. */
  readonly endpointUrl?: string | undefined;

  /** Encoding of the sources. Default `utf-8`. */
  readonly encoding?: string | undefined;
  /** Default `auto`: told by the first bytes. */
  readonly compression?: Compression | undefined;
  /** Records of each source to pass over. Default 0. */
  readonly skipRecords?: number | undefined;
  /** Records to load, of all sources together. Default: all. */
  readonly maxRecords?: number | undefined;

  /** Default `,`. */
  readonly delimiter?: string | undefined;
  /** Default `"`; `none` where nothing is quoted. */
  readonly quote?: string | undefined;
  /** What stands before a quote inside a quoted field. Default: the quote is doubled. */
  readonly escape?: string | undefined;
  /** What a comment line begins with. Default: there are none. */
  readonly comment?: string | undefined;
  /** The sources have no header. */
  readonly noHeader?: boolean | undefined;
  /** Names of the columns in place of those of the header. */
  readonly columns?: readonly string[] | undefined;
  /** Default `reject`. */
  readonly ragged?: Ragged | undefined;
  /** White space around fields is no part of them. Default false. */
  readonly trim?: boolean | undefined;
  /** Longest record. Default 4 MiB. */
  readonly maxRecordBytes?: number | string | undefined;

  /** Types by column. Default: those of the table for its keys, else `S`. */
  readonly types?: Readonly<Record<string, AttributeType>> | undefined;
  /** Attribute names by column. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Columns to load. Default: all. */
  readonly select?: readonly string[] | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** What becomes of an empty field. Default `omit`. */
  readonly empty?: EmptyFields | undefined;
  /** Fields that mean NULL. */
  readonly nullStrings?: readonly string[] | undefined;

  /** Requests in flight at most, 1 to 1,024. Default 16. */
  readonly concurrency?: number | undefined;
  /** Write units a second at most. Default: no cap. */
  readonly maxWriteUnits?: number | undefined;
  /** Rejected records, or their share, after which the run stops. Default 1,000. */
  readonly maxErrors?: number | `${number}%` | undefined;
  /** How long to go on without an acknowledged write. Default `15m`. */
  readonly retryFor?: string | undefined;
  /** Make the table where it is not there. */
  readonly createTable?: boolean | undefined;
  /** Partition key of a table that is made. Default: the first column. */
  readonly partitionKey?: string | undefined;
  /** Sort key of a table that is made. */
  readonly sortKey?: string | undefined;
  /** Folder of an embedded DynamoDB to load into in place of AWS. */
  readonly local?: string | undefined;

  /** Reject file, or a folder for those of several sources. Default `NAME.rejects` in the working folder. */
  readonly rejects?: string | undefined;
  /** Checkpoint file. Default `NAME.checkpoint` in the working folder. */
  readonly checkpoint?: string | undefined;
  /** Go on from the checkpoint where there is one. */
  readonly resume?: boolean | undefined;
  /** Start from the beginning though there is a checkpoint. */
  readonly restart?: boolean | undefined;
  /** File to write the summary to. */
  readonly summary?: string | undefined;
  /** ARN of an SNS topic that gets the summary. */
  readonly notify?: string | undefined;
}

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
  const { sources, input, signal, onProgress, progressEveryMs = 1000, onMessage, ...rest } = options;
  const { given, problems } = givenFrom(rest, 'call');
  const names = namesOf(sources);
  const settings = resolveDirect(names, given, { env: process.env, stdinIsTerminal: false, isFile }, [
    ...problems,
    ...problemsOfCall(names, options),
  ]);

  const callbacks = new Callbacks(signal, onProgress, progressEveryMs, onMessage);
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

/** A program in JavaScript may have left them out. */
function namesOf(sources: LoadOptions['sources'] | undefined): readonly string[] {
  return typeof sources === 'string' ? [sources] : (sources ?? []);
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

const optionsOfCommand: ReadonlySet<string> = new Set(['json', 'quiet', 'verbose', 'noColor', 'reportEvery', 'port']);

const ignore = (): void => undefined;

/** Calls back whoever wants to know. A callback that throws stops the load, and is what it ends with. */
class Callbacks {
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: LoadOptions['onProgress'];
  readonly #onMessage: LoadOptions['onMessage'];
  readonly #everyMs: number;
  #look: (() => Progress) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(
    signal: AbortSignal | undefined,
    onProgress: LoadOptions['onProgress'],
    everyMs: number,
    onMessage: LoadOptions['onMessage'],
  ) {
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#everyMs = everyMs;
    this.#onMessage = onMessage;
    if (signal?.aborted === true) this.#interrupt();
    else signal?.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Aborted by the caller's signal, or where a callback threw. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  readonly phase = ignore;

  readonly say = (text: string): void => {
    this.#call(() => this.#onMessage?.(text));
  };

  readonly begin = (look: () => Progress): void => {
    this.#look = look;
    if (this.#onProgress !== undefined) this.#timer = setInterval(this.last, this.#everyMs);
  };

  /** Tells how far it is now. */
  readonly last = (): void => {
    const look = this.#look;
    if (look !== undefined) this.#call(() => this.#onProgress?.(look()));
  };

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#signal?.removeEventListener('abort', this.#interrupt);
  }

  readonly #interrupt = (): void => {
    this.#stop.abort();
  };

  #call(callback: () => unknown): void {
    if (this.#failure !== undefined) return;
    try {
      const result = callback();
      // It is not waited for, but what it rejects with is not lost.
      if (result instanceof Promise) result.catch(this.#fail);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  readonly #fail = (thrown: unknown): void => {
    this.#failure ??= { thrown };
    this.#stop.abort();
  };
}
