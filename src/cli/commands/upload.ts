import { exitStatus, type ExitStatus } from '../../errors.ts';
import { toldError } from '../../load/summary-error.ts';
import type { Given } from '../../options/raw-options.ts';
import { resolveUpload, type UploadSettings } from '../../options/resolve-pipeline.ts';
import { settingsText } from '../../pipeline/jobs/settings/upload-settings.ts';
import { openInputs } from '../../pipeline/upload/input.ts';
import { commandsAfter, followCommand, summaryOfAll } from '../../pipeline/upload/outcome.ts';
import type { PutFile } from '../../pipeline/upload/put-files.ts';
import { rejectsPlaceFor } from '../../pipeline/upload/rejects.ts';
import type { Times } from '../../pipeline/upload/timeouts.ts';
import { uploadInputs, type NotFollowed, type PutEnd } from '../../pipeline/upload/upload.ts';
import { writeLines } from '../../report/output.ts';
import { problemLines } from '../../report/problem.ts';
import { printable } from '../../text/cells.ts';
import { formatBytes } from '../../text/format.ts';
import type { Io } from '../io.ts';
import { deliver } from '../print-summary.ts';
import { defineCommand, type Context, type Outcome } from '../run-command.ts';

/**
 * `csv2ddb upload`: puts files into a pipeline's bucket and, where it is to wait, follows them until they are loaded.
 * @param operands the files, as they were named
 * @param times how long things may take, in place of what the pipeline's queue says
 * @throws LoaderError USAGE where nothing was done; what keeps a file from being put
 */
export function upload(operands: readonly string[], flags: Given, io: Io, times?: Times): Promise<ExitStatus> {
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

async function uploadFiles(settings: UploadSettings, context: Context, times?: Times): Promise<Outcome> {
  const { given, io, report, listenForStop } = context;
  const { stdin, stderr, env } = io;
  const brought = settingsText('upload', given);
  const inputs = await openInputs(settings, stdin);
  // Before anything is put: it would be loaded, and what was rejected could not be told.
  const rejects = settings.wait ? rejectsPlaceFor(settings, inputs) : undefined;
  const stop = listenForStop();
  const end = await uploadInputs({ settings, inputs, brought, rejects, times, report, stop, stderr, env });
  report.end();
  if (end.kind === 'put') return { ...putOutcome(end, end.puts, context), throws: end.error };
  if (end.kind === 'not followed') return leaveJobs(end, settings, context);
  const { results, defaults, found } = end;
  const quiet = settings.quiet || results.length === 0;
  const { table, suffix } = found.description;
  const commands = commandsAfter({ given, env, suffix, defaults });
  return { exitStatus: await deliver(summaryOfAll(results, table), { report: { ...settings, quiet }, commands }, io) };
}

/** The jobs continue without being followed. */
async function leaveJobs(end: NotFollowed, settings: UploadSettings, context: Context): Promise<Outcome> {
  const { stderr } = context.io;
  const { error, puts, left } = end;
  if (error.code !== 'INTERRUPTED') await writeLines(stderr, problemLines(error, settings.color));
  if (!settings.quiet) await writeLines(stderr, ['It goes on without being followed.']);
  return putOutcome(end, settings.json ? puts : left, context);
}

/** What was put, and how to follow it: for people, or as one object for programs. */
function putOutcome({ found, error }: PutEnd | NotFollowed, puts: readonly PutFile[], context: Context): Outcome {
  const { bucket } = found;
  const uploads = puts.map(({ file, key, job, sizeBytes, state }) => {
    return { file, key, job, bytes: sizeBytes, state, follow: followCommand(job, context.given, context.io.env) };
  });
  const lines = uploads
    .filter(({ state }) => state === 'put')
    .flatMap(({ file, key, job, bytes, follow: command }) => [
      `Put ${printable(file)} (${formatBytes(bytes)}) to s3://${bucket}/${printable(key)}, as job ${job}`,
      ...['', 'Follow it:', `  ${command}`, ''],
    ]);
  const status = error?.exitStatus ?? exitStatus.done;
  const told = error === undefined ? null : toldError(error);
  return { exitStatus: status, lines: lines.slice(0, -1), json: { bucket, uploads, exitStatus: status, error: told } };
}
