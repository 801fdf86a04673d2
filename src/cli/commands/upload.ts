import { exitStatus, type ExitStatus } from '../../errors.ts';
import { toSummaryError } from '../../load/summary-error.ts';
import type { RawOptions } from '../../options/raw-options.ts';
import { resolveUpload, type UploadSettings } from '../../options/resolve-pipeline.ts';
import { formatUploadSettings } from '../../pipeline/jobs/settings/upload-settings.ts';
import { openSources } from '../../pipeline/upload/input.ts';
import { suggestCommands, makeFollowCommand, combineResults } from '../../pipeline/upload/outcome.ts';
import type { PutResult } from '../../pipeline/upload/put-files.ts';
import { resolveRejectsDestination } from '../../pipeline/upload/rejects.ts';
import type { UploadTimeouts } from '../../pipeline/upload/timeouts.ts';
import { uploadSources, type UnfollowedOutcome, type PutOutcome } from '../../pipeline/upload/upload.ts';
import { writeLines } from '../../report/output.ts';
import { formatProblem } from '../../report/problem.ts';
import { toPrintable } from '../../text/cells.ts';
import { formatBytes } from '../../text/format.ts';
import type { Io } from '../io.ts';
import { printSummary } from '../print-summary.ts';
import { defineCommand, type RunContext, type RunOutcome } from '../run-command.ts';

/**
 * `csv2ddb upload`: puts files into a pipeline's bucket and, with `--wait`, follows them until they are loaded.
 * @param operands the files, as the user wrote them
 * @param times timeouts that replace those of the pipeline's queue
 * @throws LoaderError USAGE before it changes anything, and errors of an upload
 */
export function upload(
  operands: readonly string[],
  flags: RawOptions,
  io: Io,
  times?: UploadTimeouts,
): Promise<ExitStatus> {
  return defineCommand({
    name: 'upload',
    resolve: resolveUpload,
    policy: (settings) => ({
      cases: settings.wait ? ['wait'] : [],
      about: { aws: settings.aws, pipeline: settings },
    }),
    hasProgress: true,
    run: (settings, context) => uploadFiles(settings, context, times),
  })(operands, flags, io);
}

async function uploadFiles(settings: UploadSettings, context: RunContext, times?: UploadTimeouts): Promise<RunOutcome> {
  const { given, io, report, listenForStop } = context;
  const { stdin, stderr, env } = io;
  const fileSettings = formatUploadSettings('upload', given);
  const sources = await openSources(settings, stdin);
  // Before any upload: a file would be loaded although its rejected records cannot be written.
  const rejects = settings.wait ? resolveRejectsDestination(settings, sources) : undefined;
  const stop = listenForStop();
  const end = await uploadSources({ settings, sources, fileSettings, rejects, times, report, stop, stderr, env });
  report.end();
  if (end.kind === 'put') return { ...putOutcome(end, end.puts, context), error: end.error };
  if (end.kind === 'not followed') return leaveJobs(end, settings, context);
  const { results, defaults, found } = end;
  const quiet = settings.quiet || results.length === 0;
  const { table, suffix } = found.description;
  const commands = suggestCommands({ given, env, suffix, defaults });
  const summary = combineResults(results, table);
  return { exitStatus: await printSummary(summary, { report: { ...settings, quiet }, commands }, io) };
}

/** Ends the command while its jobs continue. */
async function leaveJobs(end: UnfollowedOutcome, settings: UploadSettings, context: RunContext): Promise<RunOutcome> {
  const { stderr } = context.io;
  const { error, puts, unfinished } = end;
  if (error.code !== 'INTERRUPTED') await writeLines(stderr, formatProblem(error, settings.color));
  if (!settings.quiet) await writeLines(stderr, ['The jobs continue in the background.']);
  return putOutcome(end, settings.json ? puts : unfinished, context);
}

/** Lists the uploaded files and the commands to follow them. */
function putOutcome(
  { found, error }: PutOutcome | UnfollowedOutcome,
  puts: readonly PutResult[],
  context: RunContext,
): RunOutcome {
  const { bucket } = found;
  const uploads = puts.map(({ file, key, job, sizeBytes, state }) => {
    return { file, key, job, bytes: sizeBytes, state, follow: makeFollowCommand(job, context.given, context.io.env) };
  });
  const lines = uploads
    .filter(({ state }) => state === 'put')
    .flatMap(({ file, key, job, bytes, follow: command }) => [
      `Uploaded ${toPrintable(file)} (${formatBytes(bytes)}) to s3://${bucket}/${toPrintable(key)} as job ${job}`,
      '',
      'Follow it:',
      `  ${command}`,
      '',
    ]);
  const status = error?.exitStatus ?? exitStatus.done;
  const json = { bucket, uploads, exitStatus: status, error: error === undefined ? null : toSummaryError(error) };
  return { exitStatus: status, lines: lines.slice(0, -1), json };
}
