import { exitStatus, type ExitStatus, type LoaderError } from '../errors.ts';
import type { LoadListener } from '../load/listener.ts';
import { isFile } from '../load/source/is-file.ts';
import { readConfig } from '../options/config/config.ts';
import { describeOptions, parseOptions, allowsColor, type ParsedOptions } from '../options/parse.ts';
import type { RawOptions } from '../options/raw-options.ts';
import type { ProcessContext } from '../options/resolve.ts';
import { optionsOf } from '../options/table.ts';
import type { Caller, Case } from '../pipeline/permissions/calls.ts';
import type { PolicySettings } from '../pipeline/permissions/print.ts';
import { chooseReport, choosePlainReport } from '../report/choose-report.ts';
import { writeLines } from '../report/output.ts';
import type { Io } from './io.ts';
import { listenForStop, type StopListener } from './stop-signals.ts';

/** Runs a command with its operands, and the options of the command line and the environment. */
export type Runner = (operands: readonly string[], flags: RawOptions, io: Io) => Promise<ExitStatus>;

/** The parts of a command that differ; `defineCommand` does the rest. */
export interface CommandSpec<S> {
  readonly name: Exclude<Caller, 'function'> | 'local';
  /** @throws LoaderError USAGE, which lists every problem */
  readonly resolve: (parsed: ParsedOptions, context: ProcessContext) => S;
  /** The policy for --print-policy; undefined if the command needs no permissions. */
  readonly policy?: (settings: S) => { readonly cases?: readonly Case[]; readonly about: PolicySettings };
  /** Lines that --verbose prints before the options. */
  readonly verboseLines?: (settings: S) => readonly string[];
  /** Whether it reports progress: on a terminal, as a live line. */
  readonly hasProgress?: true;
  readonly run: (settings: S, context: RunContext) => Promise<RunOutcome>;
}

/** The context of a running command. */
export interface RunContext {
  /** As the user wrote them. */
  readonly operands: readonly string[];
  readonly given: RawOptions;
  readonly io: Io;
  /** For people, on stderr; silent with --quiet. `defineCommand` ends it. */
  readonly report: LoadListener;
  /**
   * From this call on, the first stop request aborts the signal, and the second one exits the process. Before the call,
   * stop signals have their default effect.
   * @param message printed at the first request
   * @param secondStatus exit status after the second request. Default: interrupted.
   */
  readonly listenForStop: (message?: string, secondStatus?: ExitStatus) => AbortSignal;
}

/** The result of a command. */
export interface RunOutcome {
  readonly exitStatus: ExitStatus;
  /** For people: printed on stdout, or on stderr with --json; not printed with --quiet. */
  readonly lines?: readonly string[];
  /** For programs: with --json, printed on stdout as one line of JSON. */
  readonly json?: unknown;
  /** Thrown after lines and JSON are printed. The lines then go to stderr. */
  readonly error?: LoaderError | undefined;
}

/**
 * Makes a command: config file → options → settings → run → output. With --print-policy, it only prints the policy.
 * @returns a function that runs the command. It throws LoaderError USAGE before it changes anything. It also throws the
 * errors of `spec.run`.
 */
export function defineCommand<S>(spec: CommandSpec<S>): Runner {
  return (operands, flags, io) => runCommand(spec, operands, flags, io);
}

async function runCommand<S>(
  spec: CommandSpec<S>,
  operands: readonly string[],
  flags: RawOptions,
  io: Io,
): Promise<ExitStatus> {
  const { sources, given, problems } = await readConfig(operands, flags);
  // `local` does not read the sources of a config file.
  const parsed = parseOptions(given, spec.name === 'local' ? operands : sources, problems);
  // It matters only without sources, and reading process.stdin opens it.
  const stdinIsTerminal = parsed.sources.length === 0 && io.stdin.isTTY === true;
  const settings = spec.resolve(parsed, { env: io.env, stdinIsTerminal, isFile });
  const { name, policy } = spec;
  const { json, quiet, verbose, reportEvery: reportEveryMs } = parsed.values;
  if (policy !== undefined && name !== 'local' && parsed.values.printPolicy) {
    const { cases = [], about } = policy(settings);
    const { printPolicy } = await import('../pipeline/permissions/print.ts');
    return printPolicy(name, cases, about, io);
  }
  if (verbose) {
    const keys = optionsOf(name).map(([key]) => key);
    await writeLines(io.stderr, [...(spec.verboseLines?.(settings) ?? []), ...describeOptions(parsed, keys)]);
  }
  const reporting = { quiet, reportEveryMs, color: allowsColor(parsed.values, io.env) };
  const report =
    spec.hasProgress === true
      ? await chooseReport(reporting, io.stderr, io.env)
      : choosePlainReport(reporting, io.stderr);
  let stop: StopListener | undefined;
  const listen: RunContext['listenForStop'] = (message, secondStatus = exitStatus.interrupted) => {
    stop = listenForStop(
      () => {
        if (message !== undefined) report.say(message);
      },
      () => {
        report.end();
        io.exit(secondStatus);
      },
    );
    return stop.signal;
  };
  try {
    const outcome = await spec.run(settings, { operands, given, io, report, listenForStop: listen });
    report.end();
    const { lines = [], error } = outcome;
    if (!quiet) await writeLines(json || error !== undefined ? io.stderr : io.stdout, lines);
    if (json && outcome.json !== undefined) await writeLines(io.stdout, [JSON.stringify(outcome.json)]);
    if (error !== undefined) throw error;
    return outcome.exitStatus;
  } finally {
    report.end();
    stop?.close();
  }
}
