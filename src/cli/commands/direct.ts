import { connectAndLoad } from '../../load/connect.ts';
import { exitStatus, type ExitStatus } from '../../errors.ts';
import { openPublisher } from '../../report/notify/publish.ts';
import { commandLine, programName, type Changes } from '../../options/command-line.ts';
import { readConfig } from '../../options/config/config.ts';
import { forRejects } from '../../options/for-rejects.ts';
import type { Given } from '../../options/raw-options.ts';
import { describeOptions, parseOptions } from '../../options/parse.ts';
import { publicText } from '../../text/public-text.ts';
import { resolveDirect } from '../../options/resolve.ts';
import type { Settings } from '../../load/settings.ts';
import { optionsOf } from '../../options/table.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import { printPolicy } from '../../pipeline/permissions/print.ts';
import type { Commands } from '../../report/closing-lines.ts';
import { chooseReport } from '../../report/choose-report.ts';
import type { Report } from '../../load/listener.ts';
import { parseS3Name } from '../../load/source/remote/s3-name.ts';
import { deliver } from '../print-summary.ts';
import { surroundingsOf, type Io } from '../io.ts';
import { listenForStop } from '../stop-signals.ts';

/**
 * `csv2ddb direct`: settings → load → summary → exit status.
 * @param operands the sources, as they were named.
 * @param flags what the command line and the environment say; a config file may add to it.
 * @throws LoaderError USAGE where nothing was done; later ends are told by the summary.
 */
export async function direct(operands: readonly string[], flags: Given, io: Io): Promise<ExitStatus> {
  const { sources, given, problems } = await readConfig(operands, flags);
  const settings = resolveDirect(sources, given, surroundingsOf(io), problems);
  if (parseOptions(given, settings.sources).values.printPolicy) {
    const {
      aws,
      report: { notify },
      write: { localDir },
    } = settings;
    const table = localDir === undefined ? settings.table : undefined;
    return printPolicy('direct', casesOf(settings), { aws, table, sources: ofS3(settings), notify }, io);
  }
  const report = await chooseReport(settings.report, io.stderr, io.env);
  if (settings.report.verbose) tellSettings(given, settings, report);
  const stop = listenForStop(
    () => {
      report.say('stopping: waiting for what is on its way; once more to leave at once');
    },
    () => {
      report.end();
      io.exit(exitStatus.interrupted);
    },
  );
  try {
    const summary = await connectAndLoad(settings, { stdin: io.stdin, env: io.env, stop: stop.signal, report });
    report.end();
    const publish = openPublisher(settings, stop.signal);
    return await deliver(summary, settings, commandsOf(settings, given, io), io, publish);
  } finally {
    report.end();
    stop.close();
  }
}

function ofS3({ sources }: Settings): string[] {
  return sources.filter((source) => /^s3:/i.test(source));
}

/** What decides which calls it makes. */
function casesOf(settings: Settings): Case[] {
  const objects = ofS3(settings);
  return [
    ...(objects.length === 0 ? [] : (['s3'] as const)),
    ...(objects.some((source) => parseS3Name(source).isPrefix) ? (['list'] as const) : []),
    ...(settings.write.createTable ? (['create-table'] as const) : []),
    ...(settings.report.notify === undefined ? [] : (['notify'] as const)),
  ];
}

function tellSettings(given: Given, settings: Settings, report: Report): void {
  const keys = optionsOf('direct').map(([key]) => key);
  report.say(`sources: ${settings.sources.map(publicText).join(', ')}`);
  for (const line of describeOptions(parseOptions(given, settings.sources), keys)) report.say(line);
}

/** How the user can go on from here. */
function commandsOf(settings: Settings, given: Given, io: Io): Commands {
  const program = programName(io.env);
  const { localDir } = settings.write;
  return {
    fromStdin: settings.sources.includes('-'),
    lacksSecrets: settings.sources.some((source) => publicText(source) !== source),
    resume: (raised) =>
      commandLine(program, 'direct', settings.sources, given, { resume: 'true', restart: undefined, ...raised }),
    load: (files) => commandLine(program, 'direct', files, given, ofRejects(given, files)),
    look: localDir === undefined ? undefined : commandLine(program, 'local', [localDir], new Map()),
  };
}

/** Reject files are another job than the one they come from. */
function ofRejects(given: Given, files: readonly string[]): Changes {
  return { resume: undefined, restart: undefined, checkpoint: undefined, ...forRejects(given, files) };
}
