import { connectAndLoad } from '../../load/connect.ts';
import type { Settings } from '../../load/settings.ts';
import { parseS3Uri } from '../../load/source/remote/s3-uri.ts';
import { formatCommandLine, programName, type OptionChanges } from '../../options/command-line.ts';
import { optionsForRejects } from '../../options/for-rejects.ts';
import type { RawOptions } from '../../options/raw-options.ts';
import { resolveDirect } from '../../options/resolve.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import type { PolicySettings } from '../../pipeline/permissions/print.ts';
import type { ClosingCommands } from '../../report/closing-lines.ts';
import { openPublisher } from '../../report/notify/publish.ts';
import { hideUrlSecrets } from '../../text/hide-url-secrets.ts';
import type { Io } from '../io.ts';
import { printSummary } from '../print-summary.ts';
import { defineCommand, type RunContext, type RunOutcome } from '../run-command.ts';

/**
 * `csv2ddb direct`: settings → load → summary → exit status.
 * @throws LoaderError USAGE before it changes anything. Later errors are part of the summary.
 */
export const direct = defineCommand({
  name: 'direct',
  resolve: resolveDirect,
  policy: (settings) => ({ cases: casesOf(settings), about: aboutOf(settings) }),
  verboseLines: ({ sources }) => [`sources: ${sources.map(hideUrlSecrets).join(', ')}`],
  hasProgress: true,
  run: load,
});

async function load(settings: Settings, { given, io, report, listenForStop }: RunContext): Promise<RunOutcome> {
  const stop = listenForStop('stopping: waiting for the requests in flight (press Ctrl-C again to exit now)');
  const summary = await connectAndLoad(settings, {
    // A getter, because reading process.stdin opens it.
    get stdin() {
      return io.stdin;
    },
    env: io.env,
    stop,
    report,
  });
  report.end();
  const publish = openPublisher(settings, stop);
  const parts = { report: settings.report, commands: commandsOf(settings, given, io), publish };
  return { exitStatus: await printSummary(summary, parts, io) };
}

function s3SourcesOf({ sources }: Settings): string[] {
  return sources.filter((source) => /^s3:/i.test(source));
}

/** Returns the cases of the policy, which decide the AWS calls. */
function casesOf(settings: Settings): Case[] {
  const objects = s3SourcesOf(settings);
  return [
    ...(objects.length === 0 ? [] : (['s3'] as const)),
    ...(objects.some((source) => parseS3Uri(source).isPrefix) ? (['list'] as const) : []),
    ...(settings.write.createTable ? (['create-table'] as const) : []),
    ...(settings.report.notify === undefined ? [] : (['notify'] as const)),
  ];
}

function aboutOf(settings: Settings): PolicySettings {
  const { aws, report, write } = settings;
  const table = write.localDir === undefined ? settings.table : undefined;
  return { aws, table, sources: s3SourcesOf(settings), notify: report.notify };
}

/** Returns the commands for the next steps of the user. */
function commandsOf({ sources, write: { localDir } }: Settings, given: RawOptions, io: Io): ClosingCommands {
  const program = programName(io.env);
  const formatLoad = (operands: readonly string[], changes: OptionChanges): string =>
    formatCommandLine({ program, command: 'direct', operands }, given, changes);
  return {
    isFromStdin: sources.includes('-'),
    hasHiddenSecrets: sources.some((source) => hideUrlSecrets(source) !== source),
    resume: (raised) => formatLoad(sources, { resume: 'true', restart: undefined, ...raised }),
    load: (files) => formatLoad(files, changesForRejects(given, files)),
    view:
      localDir === undefined
        ? undefined
        : formatCommandLine({ program, command: 'local', operands: [localDir] }, new Map()),
  };
}

/** A load of reject files is a different job than the load that wrote them. */
function changesForRejects(given: RawOptions, files: readonly string[]): OptionChanges {
  return { resume: undefined, restart: undefined, checkpoint: undefined, ...optionsForRejects(given, files) };
}
