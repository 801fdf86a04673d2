import { connectAndLoad } from '../../load/connect.ts';
import type { Settings } from '../../load/settings.ts';
import { parseS3Name } from '../../load/source/remote/s3-name.ts';
import { commandLine, programName, type Changes } from '../../options/command-line.ts';
import { forRejects } from '../../options/for-rejects.ts';
import type { Given } from '../../options/raw-options.ts';
import { resolveDirect } from '../../options/resolve.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import type { PolicyAbout } from '../../pipeline/permissions/print.ts';
import type { Commands } from '../../report/closing-lines.ts';
import { openPublisher } from '../../report/notify/publish.ts';
import { publicText } from '../../text/public-text.ts';
import type { Io } from '../io.ts';
import { deliver } from '../print-summary.ts';
import { defineCommand, type Context, type Outcome } from '../run-command.ts';

/**
 * `csv2ddb direct`: settings → load → summary → exit status.
 * @param operands the sources, as they were named.
 * @throws LoaderError USAGE where nothing was done; later ends are told by the summary.
 */
export const direct = defineCommand({
  name: 'direct',
  resolve: resolveDirect,
  policy: (settings) => ({ cases: casesOf(settings), about: aboutOf(settings) }),
  verboseLines: ({ sources }) => [`sources: ${sources.map(publicText).join(', ')}`],
  hasProgress: true,
  run: load,
});

async function load(settings: Settings, { given, io, report, listenForStop }: Context): Promise<Outcome> {
  const stop = listenForStop('stopping: waiting for what is on its way; once more to leave at once');
  const summary = await connectAndLoad(settings, { stdin: io.stdin, env: io.env, stop, report });
  report.end();
  const publish = openPublisher(settings, stop);
  const parts = { report: settings.report, commands: commandsOf(settings, given, io), publish };
  return { exitStatus: await deliver(summary, parts, io) };
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

function aboutOf(settings: Settings): PolicyAbout {
  const { aws, report, write } = settings;
  const table = write.localDir === undefined ? settings.table : undefined;
  return { aws, table, sources: ofS3(settings), notify: report.notify };
}

/** How the user can go on from here. */
function commandsOf({ sources, write: { localDir } }: Settings, given: Given, io: Io): Commands {
  const program = programName(io.env);
  const loadOf = (operands: readonly string[], changes: Changes): string =>
    commandLine({ program, command: 'direct', operands }, given, changes);
  return {
    fromStdin: sources.includes('-'),
    lacksSecrets: sources.some((source) => publicText(source) !== source),
    resume: (raised) => loadOf(sources, { resume: 'true', restart: undefined, ...raised }),
    load: (files) => loadOf(files, ofRejects(given, files)),
    look:
      localDir === undefined ? undefined : commandLine({ program, command: 'local', operands: [localDir] }, new Map()),
  };
}

/** Reject files are another job than the one they come from. */
function ofRejects(given: Given, files: readonly string[]): Changes {
  return { resume: undefined, restart: undefined, checkpoint: undefined, ...forRejects(given, files) };
}
