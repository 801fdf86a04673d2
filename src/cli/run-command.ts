import { exitStatus, type ExitStatus, type LoaderError } from '../errors.ts';
import type { Report } from '../load/listener.ts';
import { isFile } from '../load/source/is-file.ts';
import { readConfig } from '../options/config/config.ts';
import { describeOptions, parseOptions, wantsColor, type ParsedOptions } from '../options/parse.ts';
import type { Given } from '../options/raw-options.ts';
import type { Surroundings } from '../options/resolve.ts';
import { optionsOf } from '../options/table.ts';
import type { Caller, Case } from '../pipeline/permissions/calls.ts';
import { printPolicy, type PolicyAbout } from '../pipeline/permissions/print.ts';
import { chooseReport, plainReport } from '../report/choose-report.ts';
import { writeLines } from '../report/output.ts';
import type { Io } from './io.ts';
import { listenForStop, type Stop } from './stop-signals.ts';

/** Runs a command with its operands, and the options of the command line and the environment. */
export type Runner = (operands: readonly string[], flags: Given, io: Io) => Promise<ExitStatus>;

/** What a command has of its own; `defineCommand` does the rest. */
export interface CommandSpec<S> {
  readonly name: Exclude<Caller, 'function'> | 'local';
  /** @throws LoaderError USAGE, with all that is wrong in one message. */
  readonly resolve: (parsed: ParsedOptions, around: Surroundings) => S;
  /** The policy for --print-policy; undefined: the command needs no permission. */
  readonly policy?: (settings: S) => { readonly cases?: readonly Case[]; readonly about: PolicyAbout };
  /** Lines before the options in the output of --verbose. */
  readonly verboseLines?: (settings: S) => readonly string[];
  /** Whether its report shows progress: on a terminal as a live line. */
  readonly hasProgress?: true;
  readonly run: (settings: S, context: Context) => Promise<Outcome>;
}

/** What a running command works with, besides its settings. */
export interface Context {
  /** As the command line names them. */
  readonly operands: readonly string[];
  readonly given: Given;
  readonly io: Io;
  /** For people, on stderr; silent with --quiet. `defineCommand` ends it. */
  readonly report: Report;
  /**
   * From here on, the first wish to stop aborts the signal, and the second one ends the process. Before, and in a command
   * that does not call this, a wish ends the process as the system does it.
   * @param says printed at the first wish.
   * @param leavesWith status of the process that the second wish ends. Default: interrupted.
   */
  readonly listenForStop: (says?: string, leavesWith?: ExitStatus) => AbortSignal;
}

/** How a command ended. */
export interface Outcome {
  readonly exitStatus: ExitStatus;
  /** For people: on stdout, on stderr with --json, and nowhere with --quiet. */
  readonly lines?: readonly string[];
  /** For programs: one line of JSON on stdout, with --json only. */
  readonly json?: unknown;
  /** Thrown once lines and JSON are out; the lines go to stderr then. */
  readonly throws?: LoaderError | undefined;
}

/**
 * Makes a command: config file → options → settings → what it does → what it prints. With --print-policy it prints the
 * policy, and does nothing.
 * @returns runs it. Throws LoaderError USAGE, before anything is done, and what `spec.run` throws.
 */
export function defineCommand<S>(spec: CommandSpec<S>): Runner {
  return (operands, flags, io) => runCommand(spec, operands, flags, io);
}

async function runCommand<S>(
  spec: CommandSpec<S>,
  operands: readonly string[],
  flags: Given,
  io: Io,
): Promise<ExitStatus> {
  const { sources, given, problems } = await readConfig(operands, flags);
  // `local` reads no sources: those of a config file do not decide what its --region is for.
  const parsed = parseOptions(given, spec.name === 'local' ? operands : sources, problems);
  const settings = spec.resolve(parsed, { env: io.env, stdinIsTerminal: io.stdin.isTTY === true, isFile });
  const { name, policy } = spec;
  const { json, quiet, verbose, reportEvery: reportEveryMs } = parsed.values;
  if (policy !== undefined && name !== 'local' && parsed.values.printPolicy) {
    const { cases = [], about } = policy(settings);
    return printPolicy(name, cases, about, io);
  }
  if (verbose) {
    const keys = optionsOf(name).map(([key]) => key);
    await writeLines(io.stderr, [...(spec.verboseLines?.(settings) ?? []), ...describeOptions(parsed, keys)]);
  }
  const reporting = { quiet, reportEveryMs, color: wantsColor(parsed.values, io.env) };
  const report =
    spec.hasProgress === true ? await chooseReport(reporting, io.stderr, io.env) : plainReport(reporting, io.stderr);
  let stop: Stop | undefined;
  const listen: Context['listenForStop'] = (says, leavesWith = exitStatus.interrupted) => {
    stop = listenForStop(
      () => {
        if (says !== undefined) report.say(says);
      },
      () => {
        report.end();
        io.exit(leavesWith);
      },
    );
    return stop.signal;
  };
  try {
    const outcome = await spec.run(settings, { operands, given, io, report, listenForStop: listen });
    report.end();
    const { lines = [], throws } = outcome;
    if (!quiet) await writeLines(json || throws !== undefined ? io.stderr : io.stdout, lines);
    if (json && outcome.json !== undefined) await writeLines(io.stdout, [JSON.stringify(outcome.json)]);
    if (throws !== undefined) throw throws;
    return outcome.exitStatus;
  } finally {
    report.end();
    stop?.close();
  }
}
