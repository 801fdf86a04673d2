import { exitStatus, LoaderError, type ExitStatus } from '../../errors.ts';
import { settingsText } from '../../pipeline/jobs/settings/upload-settings.ts';
import { settingsOf } from '../../pipeline/jobs/settings/load-options.ts';
import type { JobState } from '../../pipeline/state/job.ts';
import { readConfig } from '../../options/config/config.ts';
import type { Given } from '../../options/raw-options.ts';
import { describeOptions, parseOptions } from '../../options/parse.ts';
import { resolveUpload, type UploadSettings } from '../../options/resolve-pipeline.ts';
import { optionsOf } from '../../options/table.ts';
import { printPolicy } from '../../pipeline/permissions/print.ts';
import { printable } from '../../text/cells.ts';
import { chooseReport } from '../../report/choose-report.ts';
import { failedSummary } from '../../load/failed-summary.ts';
import { formatBytes } from '../../text/format.ts';
import { writeOut } from '../../report/output.ts';
import { problemLines } from '../../report/problem.ts';
import type { Report } from '../../load/listener.ts';
import { toldError } from '../../load/summary-error.ts';
import { refuseSharedFiles } from '../../load/settle/output-conflicts.ts';
import { folderOf } from '../../load/settle/reject-pair.ts';
import { follow, type End, type Uploaded } from '../../pipeline/upload/follow.ts';
import { openInput, type Input } from '../../pipeline/upload/input.ts';
import { destine } from '../../pipeline/upload/keys.ts';
import { commandsAfter, followCommand, summaryOfAll, type Result } from '../../pipeline/upload/outcome.ts';
import { putFile, putSettings, type PutFile } from '../../pipeline/upload/put-files.ts';
import { fetchRejects, type RejectsPlace } from '../../pipeline/upload/rejects.ts';
import { openSession, type Session } from '../../pipeline/upload/session.ts';
import type { Times } from '../../pipeline/upload/timeouts.ts';
import { summaryLines } from '../../pipeline/worker/output-lines.ts';
import { deliver } from '../print-summary.ts';
import { surroundingsOf, type Io } from '../io.ts';
import { listenForStop } from '../stop-signals.ts';

/**
 * `csv2ddb upload`: puts files into a pipeline's bucket and, where it is to wait, follows them until they are loaded.
 * @param operands the files, as they were named
 * @param times how long things may take, in place of what the pipeline's queue says
 * @throws LoaderError USAGE where nothing was done; what keeps a file from being put
 */
export async function upload(operands: readonly string[], flags: Given, io: Io, times?: Times): Promise<ExitStatus> {
  const { sources, given, problems } = await readConfig(operands, flags);
  const settings = resolveUpload(sources, given, surroundingsOf(io), problems);
  if (settings.printPolicy) {
    const { aws, wait, name, bucket } = settings;
    return printPolicy('upload', wait ? ['wait'] : [], { aws, pipeline: { name, bucket } }, io);
  }
  const brought = settingsText('upload', given);
  const inputs = await openInputs(settings, io);
  // Before anything is put: it would be loaded, and what was rejected could not be told.
  const rejectsFolder = settings.wait ? folderForRejects(settings, inputs) : undefined;
  const report = await chooseReport(settings, io.stderr, io.env);
  if (settings.verbose) tellSettings(given, report);
  const stop = listenForStop(
    () => undefined,
    () => {
      report.end();
      io.exit(exitStatus.interrupted);
    },
  );
  let session: Session | undefined;
  try {
    report.phase('looking for the pipeline');
    session = await openSession(settings.aws, settings, times);
    const run = { session, settings, given, report, io, stop: stop.signal };
    const puts = await putAll(run, inputs, brought);
    if (!settings.wait) return await tellPut(run, puts, exitStatus.done);
    return await followAll(run, puts, { wanted: settings.rejects, folder: rejectsFolder }, brought !== undefined);
  } finally {
    report.end();
    stop.close();
    session?.close();
    for (const { source } of inputs) await source.close();
  }
}

/** All that an upload has while it is at work. */
interface Run {
  readonly session: Session;
  readonly settings: UploadSettings;
  readonly given: Given;
  readonly report: Report;
  readonly io: Io;
  readonly stop: AbortSignal;
}

/** @throws LoaderError USAGE, SOURCE_UNREADABLE */
async function openInputs({ files, ifChanged }: UploadSettings, io: Io): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const file of files) inputs.push(await openInput(file, io.stdin));
  const stream = inputs.find(({ sizeBytes }) => sizeBytes === undefined);
  if (!ifChanged || stream === undefined) return inputs;
  throw new LoaderError('USAGE', `--if-changed has to read a file twice, and ${stream.name} can be read only once`, {
    hint: 'Leave --if-changed out, or put it into a file first.',
  });
}

/** @throws LoaderError USAGE, OUTPUT_UNWRITABLE */
function folderForRejects(settings: UploadSettings, inputs: readonly Input[]): string | undefined {
  const sources = inputs.map(({ source }) => source);
  refuseSharedFiles({ report: settings }, sources, undefined);
  return folderOf(settings.rejects, inputs.length > 1);
}

/** One after the other. @throws LoaderError once what was put before is told */
async function putAll(run: Run, inputs: readonly Input[], brought: string | undefined): Promise<PutFile[]> {
  const { session, settings, report, io, stop } = run;
  const puts: PutFile[] = [];
  try {
    const destined = destine(inputs, settings.key, session.found.description);
    const sha256 = await putSettings(session, brought);
    for (const [at, one] of destined.entries()) {
      const put = await putFile(session, one, at, settings, sha256, { stop, report, stderr: io.stderr, env: io.env });
      puts.push(put);
      if (put.state === 'unchanged') {
        report.say(
          `${printable(put.file)} is what was loaded last as ${printable(put.key)} (job ${put.job}): nothing is done`,
        );
      }
    }
    return puts;
  } catch (error) {
    report.end();
    if (error instanceof LoaderError && puts.length > 0) await tellPut(run, puts, error.exitStatus, error);
    throw error;
  }
}

/** What was put, and how to follow it: for people, or as one object for programs. */
async function tellPut(
  { session, settings, given, io, report }: Run,
  puts: readonly PutFile[],
  status: ExitStatus,
  error?: LoaderError,
): Promise<ExitStatus> {
  report.end();
  const { bucket } = session.found;
  const uploads = puts.map(({ file, key, job, sizeBytes, state }) => {
    return { file, key, job, bytes: sizeBytes, state, follow: followCommand(job, given, io.env) };
  });
  if (settings.json) {
    const told = { bucket, uploads, exitStatus: status, error: error === undefined ? null : toldError(error) };
    await writeOut(io.stdout, `${JSON.stringify(told)}\n`);
  }
  if (settings.quiet) return status;
  const lines = uploads
    .filter(({ state }) => state === 'put')
    .flatMap(({ file, key, job, bytes, follow: command }) => [
      `Put ${printable(file)} (${formatBytes(bytes)}) to s3://${bucket}/${printable(key)}, as job ${job}`,
      ...['', 'Follow it:', `  ${command}`, ''],
    ]);
  const stream = settings.json || error !== undefined ? io.stderr : io.stdout;
  await writeOut(
    stream,
    lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return status;
}

/** Follows what was put to its end, and tells of it as `direct` does. */
async function followAll(
  run: Run,
  puts: readonly PutFile[],
  rejects: RejectsPlace,
  bringsSettings: boolean,
): Promise<ExitStatus> {
  const { session, settings, given, report, io, stop } = run;
  const { table, suffix } = session.found.description;
  const toFollow = puts.filter(({ state }) => state === 'put');
  const results = new Map<string, Result>();
  const jobs: JobState[] = [];
  try {
    if (toFollow.length > 0) {
      await follow(session, toFollow, stop, report, async (uploaded, end) => {
        const result = await resultOf(run, uploaded, end, rejects);
        results.set(uploaded.job, result);
        if ('job' in end) jobs.push(end.job);
        if (toFollow.length > 1) for (const line of linesOf(uploaded, result)) report.say(line);
      });
    }
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    report.end();
    const left = toFollow.filter(({ job }) => !results.has(job));
    return await notFollowed(run, puts, left, error);
  }
  report.end();
  const inOrder = toFollow.flatMap(({ job }) => results.get(job) ?? []);
  const summary = summaryOfAll(inOrder, table);
  const defaults = bringsSettings ? undefined : jobs.at(-1)?.settings?.options;
  const quiet = settings.quiet || inOrder.length === 0;
  return deliver(
    summary,
    { report: { ...settings, quiet } },
    commandsAfter({ given, env: io.env, suffix, defaults }),
    io,
  );
}

/** They go on without being followed. */
async function notFollowed(
  run: Run,
  puts: readonly PutFile[],
  left: readonly PutFile[],
  error: LoaderError,
): Promise<ExitStatus> {
  const { settings, io } = run;
  const isWish = error.code === 'INTERRUPTED';
  if (!isWish)
    await writeOut(
      io.stderr,
      problemLines(error, settings.color)
        .map((line) => `${line}\n`)
        .join(''),
    );
  if (!settings.quiet) await writeOut(io.stderr, 'It goes on without being followed.\n');
  if (settings.json) return tellPut(run, puts, error.exitStatus, error);
  return tellPut(run, left, error.exitStatus);
}

async function resultOf(run: Run, uploaded: Uploaded, end: End, rejects: RejectsPlace): Promise<Result> {
  const { session } = run;
  if ('error' in end) {
    const source = `s3://${session.found.bucket}/${uploaded.key}`;
    const { table } = session.found.description;
    return failedSummary({ table, sources: [source] }, end.error, end.seconds);
  }
  const { summary, job } = end;
  const objects = summary.rejectsFile === null ? [] : [summary.rejectsFile].flat();
  if (objects.length === 0 || job.settings === null) return summary;
  try {
    const name = uploaded.file === 'stdin' ? uploaded.key : uploaded.file;
    const { read } = settingsOf(job.settings, uploaded.key, job.parallel);
    return { ...summary, rejectsFile: await fetchRejects(session.place, rejects, name, objects, read) };
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    // The rows are loaded, and the rejected ones lie in the bucket still.
    const wasWell = summary.error === null;
    return { ...summary, ...(wasWell && { exitStatus: exitStatus.fatal, error: toldError(error) }) };
  }
}

/** Of one of several. */
function linesOf({ key }: Uploaded, result: Result): string[] {
  if ('job' in result) return summaryLines(result);
  return [`${printable(key)}: not loaded`, ...(result.error === null ? [] : problemLines(result.error, false))];
}

function tellSettings(given: Given, report: Report): void {
  const keys = optionsOf('upload').map(([key]) => key);
  for (const line of describeOptions(parseOptions(given), keys)) report.say(line);
}
